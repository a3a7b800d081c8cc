using System.Net;
using System.Text.RegularExpressions;
using Serverless.App.Tests.Faults;

namespace Serverless.App.Tests.Telemetry;

/// <summary>Every query of the dashboard and every rule, asked of a real Prometheus that scrapes a suite in use: each can be read, and finds what there is.</summary>
public sealed partial class ScrapeTests(ScrapedSuite suite) : IClassFixture<ScrapedSuite>
{
    /// <summary>What this traffic leaves empty, and why.</summary>
    private static readonly Dictionary<string, string> Empty = new()
    {
        ["mlops_session_evictions_total"] = "all sessions fit",
        ["mlops_session_loads_total{outcome=\"failed\"}"] = "every model that can be registered can be loaded",
        ["mlops_slo_burn_rate{window=\"3d\"}"] = "the slowest burn is looked at each half hour",
        ["mlops_rollout_state{state=~\"registered|validating|validated\"}"] = "the rollout has come further",
        ["mlops_rollout_state{state=\"awaiting_approval\"}"] = "its policy asks nobody",
        ["mlops_scans_total{verdict=\"failed\"}"] = "no scan failed",
        ["mlops_scan_last_success_timestamp_seconds{monitor="] = "the monitors' own windows are as long as days",
        ["mlops_alerts{state=\"firing\",severity=\"critical\"}"] = "a drift is a warning",
        ["offset 1m"] = "what changed within the last minute",
        ["mlops_events_published_total{outcome=\"failed\"}"] = "the topic took all",
    };

    [Fact]
    public async Task Dashboard_EveryQueryFindsSomething()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusWithoutKeyAsync());
        foreach (var (where, expression) in Dashboard.Queries)
        {
            if (MayBeEmpty(expression)) await suite.AskAsync(expression);
            else await SuiteCalls.UntilAsync($"{where}: {expression}", async () => (await suite.AskAsync(expression)).Any(double.IsFinite));
        }
    }

    [Fact]
    public async Task Rules_AreAllEvaluated_AndTheirSeriesAreThere()
    {
        foreach (var selector in AlertRule.All.SelectMany(rule => Selector().Matches(rule.Expression).Select(match => match.Value)).Distinct())
        {
            if (MayBeEmpty(selector)) await suite.AskAsync(selector);
            else await SuiteCalls.UntilAsync(selector, async () => (await suite.AskAsync(selector)).Count > 0);
        }

        string unwell = "";
        await SuiteCalls.UntilAsync("every rule was evaluated", async () => (unwell = await UnwellAsync()).Length == 0);
        foreach (var recorded in AlertRule.All.Select(rule => rule.Record).OfType<string>().Distinct())
            await SuiteCalls.UntilAsync(recorded, async () => (await suite.AskAsync(recorded)).Any(double.IsFinite));
    }

    [Fact]
    public async Task Variables_OfferTheModelsThatAreAsked()
    {
        var query = Dashboard.Variables["model"].GetProperty("query").GetProperty("query").GetString()!;
        var match = LabelValues().Match(query);
        Assert.True(match.Success, query);
        await SuiteCalls.UntilAsync("the models are offered", async () => (await suite.Prometheus.AskAsync($"/api/v1/label/{match.Groups["label"]}/values?match[]={match.Groups["metric"]}", TestContext.Current.CancellationToken))
            .EnumerateArray().Any(value => value.GetString() == SuiteInUse.Iris));
        Assert.All(Dashboard.Panels, panel => Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString()));
        Assert.Equal("prometheus", Dashboard.Variables["datasource"].GetProperty("query").GetString());
    }

    [Fact]
    public void Exceptions_AreAskedFor()
    {
        var asked = string.Join('\n', Dashboard.Queries.Select(query => query.Expression).Concat(AlertRule.All.Select(rule => rule.Expression)));
        Assert.All(Empty.Keys, one => Assert.Contains(one, asked, StringComparison.Ordinal));
    }

    private static bool MayBeEmpty(string expression) => Empty.Keys.Any(one => expression.Contains(one, StringComparison.Ordinal));

    private async Task<string> UnwellAsync() => string.Join('\n',
        from groups in (await suite.Prometheus.AskAsync("/api/v1/rules", TestContext.Current.CancellationToken)).GetProperty("groups").EnumerateArray()
        from rule in groups.GetProperty("rules").EnumerateArray()
        where rule.GetProperty("health").GetString() != "ok"
        select rule.GetRawText());

    private async Task<HttpStatusCode> StatusWithoutKeyAsync()
    {
        using var client = new HttpClient { BaseAddress = suite.Address };
        return await client.StatusAsync("/metrics");
    }

    [GeneratedRegex("""\b(mlops_|model:|mlops:|up\b)[a-z0-9_:]*(\{[^}]*\})?""")]
    private static partial Regex Selector();

    [GeneratedRegex("""^label_values\((?<metric>[a-z_]+), (?<label>[a-z]+)\)$""")]
    private static partial Regex LabelValues();
}
