using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.Services.Events.Webhooks;
using Serverless.Testing;

namespace Serverless.App.Tests.Rollout;

/// <summary>What people and other systems do to a rollout, over HTTP: it stands still, goes on, skips, goes back; each with its reason in the trail.</summary>
public sealed class RolloutByHandTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Secret = "a secret of enough letters";
    private AppProcess app = null!;

    public async ValueTask InitializeAsync() => app = await SuiteCalls.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task LinearRelease_PausedResumedAndSkipped_SaysSoInTheTrail()
    {
        var census = await StartAsync(new { strategy = "linear", stepSize = 0.25, bakingTime = "P1D" });
        var first = await census.ReachAsync("canary");
        Assert.Equal((1, 3, 0.25), Step(first));
        var paused = await census.SendAsync(HttpMethod.Post, "/rollout/pause", new { reason = "it is Friday" });
        Assert.Equal("it is Friday", paused.GetProperty("paused").GetProperty("reason").GetString());
        var refused = await census.SendAsync(HttpMethod.Post, "/rollout/skip", new { reason = "hurry" }, HttpStatusCode.Conflict);
        Assert.Contains("It is paused by ", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False((await census.SendAsync(HttpMethod.Post, "/rollout/resume", new { })).TryGetProperty("paused", out _));
        foreach (var number in (int[])[2, 3]) Assert.Equal((number, 3, number * 0.25), Step(await census.SendAsync(HttpMethod.Post, "/rollout/skip", new { reason = $"seen enough of {number - 1}" })));
        Assert.Equal("champion", CensusModel.Stage(await census.SendAsync(HttpMethod.Post, "/rollout/skip", new { reason = "seen enough of 3" })));
        Assert.Equal(2, await census.ChampionAsync());
        var back = await census.SendAsync(HttpMethod.Post, "/rollback", new { reason = "second thoughts" });
        Assert.Equal(("rolledBack", 1), (CensusModel.Stage(back), await census.ChampionAsync()));

        var reasons = (await census.GetAsync("/audit?pageSize=200")).GetProperty("items").EnumerateArray().Select(entry => entry.GetProperty("entry").TryGetProperty("reason", out var reason) ? reason.GetString() ?? "" : "").ToArray();
        foreach (var why in (string[])["it is Friday", "Resumed by ", "seen enough of 1", "seen enough of 3", "second thoughts"]) Assert.Contains(reasons, reason => reason.Contains(why, StringComparison.Ordinal));
        await census.AuditAsync();
    }

    [Fact]
    public async Task BlueGreenRelease_IsMetByThoseWhoNameIt_ThenByAll_AndIsTakenBackOnEveryHost()
    {
        await using var other = await SuiteCalls.StartAsync(azurite.ConnectionString);
        var census = await StartAsync(new { strategy = "blueGreen", bakingTime = "PT5S" }, "P1D");
        await census.ReachAsync("canary");
        Assert.All((await census.WhoAsync(20)).Values, variant => Assert.NotEqual("canary", variant));
        await census.ReachAsync("champion");
        AppProcess[] hosts = [app, other];
        foreach (var host in hosts) await SuiteCalls.UntilAsync("all meet the new champion", async () => (await census.AskAsync("person 0", [Census.Rows[0]], host)).Version == "2");
        // The former one is warm, so nobody waits for it.
        await census.SendAsync(HttpMethod.Post, "/rollback", new { reason = "it smells" });
        foreach (var host in hosts)
        {
            await SuiteCalls.UntilAsync("all are back", async () => (await census.AskAsync("person 0", [Census.Rows[0]], host)).Version == "1");
            Assert.Equal("1", (await census.AskAsync("person 1", [Census.Rows[1]], host)).Version);
        }

        var refused = await census.SendAsync(HttpMethod.Put, "/aliases/champion", new { version = 2 }, HttpStatusCode.Conflict);
        Assert.Contains("quarantine", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await census.AuditAsync();
    }

    [Theory]
    [InlineData("trace")]
    [InlineData("caller")]
    public async Task Canary_StickyByWhatThePolicySays_IsToldInAHeader(string stickyBy)
    {
        var census = await StartAsync(new { stepSize = 0.5, bakingTime = "P1D", stickyBy });
        await census.ReachAsync("canary");
        await SuiteCalls.UntilAsync("the canary meets callers", async () => (await Task.WhenAll(Enumerable.Range(0, 30).Select(number => SentAsync(census, $"{number}", Trace(number))))).Contains("canary"));
        foreach (var number in Enumerable.Range(0, 30))
        {
            // One caller with one trace; then with the other of the two anew.
            var met = await SentAsync(census, $"{number}", Trace(number));
            var same = await Task.WhenAll(Enumerable.Range(100, 4).Select(another => stickyBy == "trace" ? SentAsync(census, $"{another}", Trace(number)) : SentAsync(census, $"{number}", Trace(another))));
            Assert.All(same, variant => Assert.Equal(met, variant));
        }

        await census.SendAsync(HttpMethod.Post, "/rollout/abort", new { reason = "seen" });
    }

    [Theory]
    [InlineData("approve", "champion", "")]
    [InlineData("veto", "rejected", "safety said nothing within ")]
    public async Task Silence_OfAnotherSystem_MeansWhatThePolicySays(string silence, string stage, string why)
    {
        var census = await AwaitingAsync(new { timeLimit = "PT2S", silence });
        var ended = await census.ReachAsync(stage, rollout => CensusModel.Stage(rollout) == stage);
        Assert.StartsWith(why, ended.TryGetProperty("ended", out var words) ? words.GetString() : "", StringComparison.Ordinal);
        Assert.Equal(stage == "champion" ? 2 : 1, await census.ChampionAsync());
        await census.AuditAsync();
    }

    [Fact]
    public async Task Veto_OfAnotherSystem_EndsTheRollout_AndSilenceComesTooLate()
    {
        using var hook = await app.Client.PutAsJsonAsync("/webhooks/safety", new { url = "https://verdicts.example/", secret = Secret });
        Assert.True(hook.IsSuccessStatusCode, await hook.Content.ReadAsStringAsync());
        var census = await AwaitingAsync(new { timeLimit = "P1D", silence = "approve" });
        var id = (await census.GetAsync("/rollout")).GetProperty("id").GetString();
        var body = JsonSerializer.SerializeToUtf8Bytes(new { rollout = id, gate = "safety", approved = false, reason = "it knows too much" });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, $"/models/{census.Name}/rollouts/{id}/verdicts/safety")) { Content = new ByteArrayContent(body) };
        var now = TimeProvider.System.GetUtcNow();
        request.Headers.Add("webhook-id", "veto-1");
        request.Headers.Add("webhook-timestamp", WebhookSignature.Timestamp(now));
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(Secret, "veto-1", now, body));
        using var answer = await app.Client.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var ended = await census.GetAsync("/rollout");
        Assert.Equal("rejected", CensusModel.Stage(ended));
        Assert.Contains("it knows too much", ended.GetProperty("ended").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, await census.ChampionAsync());
        await census.AuditAsync();
    }

    [Fact]
    public async Task NewerCandidate_WhereThePolicyRefusesOthers_IsRefused_AndADecisionIsReadInWords()
    {
        var census = new CensusModel(app);
        await census.RegisterAsync("adult_champion", "adult_equal", "adult_better");
        await census.PolicyAsync(new { validation = new { gates = NoLatency }, shadow = new { minimumDays = 0 }, newer = "reject" });
        await census.StartAsync(2);
        await census.ReachAsync("shadowing");
        var refused = await census.SendAsync(HttpMethod.Post, "/rollouts", new { version = 3 }, HttpStatusCode.Conflict);
        Assert.Contains("the policy refuses others until it has ended", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var decision = await census.ExplainAsync("validation", "proceed");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, $"/models/{census.Name}/decisions/{decision.GetProperty("id").GetString()}"));
        request.Headers.Accept.Add(new("text/plain"));
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(decision.GetProperty("words").GetString() + "\n", await answer.Content.ReadAsStringAsync());
        await census.SendAsync(HttpMethod.Post, "/rollout/reject", new { reason = "not this one" });
        Assert.Equal("rejected", CensusModel.Stage(await census.GetAsync("/rollout")));
        await census.AuditAsync();
    }

    private static object Off { get; } = new { enabled = false };

    // What this machine is busy with is no property of a model.
    private static object NoLatency { get; } = new { latency = Off };

    private async Task<CensusModel> StartAsync(object release, string watch = "PT1H")
    {
        var census = new CensusModel(app);
        await census.RegisterAsync("adult_champion", "adult_equal");
        await census.PolicyAsync(new { validation = Off, shadow = Off, release, guardrails = NoLatency, watch, retirement = "P2D" });
        await census.StartAsync(2);
        return census;
    }

    private async Task<CensusModel> AwaitingAsync(object gate)
    {
        var census = new CensusModel(app);
        await census.RegisterAsync("adult_champion", "adult_equal");
        await census.PolicyAsync(new { validation = Off, shadow = Off, release = new { strategy = "allAtOnce" }, guardrails = NoLatency, external = new { safety = gate } });
        await census.StartAsync(2);
        await census.ReachAsync("it waits", rollout => rollout.GetProperty("entered").TryGetProperty("awaitingApproval", out _));
        return census;
    }

    private async Task<string?> SentAsync(CensusModel census, string key, string trace)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, $"/models/{census.Name}/predict"))
        {
            Content = JsonContent.Create(new { rows = new[] { Census.Names.Zip(Census.Rows[0].Features).ToDictionary(pair => pair.First, pair => pair.Second) } }),
        };
        request.Headers.Add("x-routing-key", key);
        request.Headers.Add("traceparent", trace);
        using var answer = await app.Client.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return answer.Headers.TryGetValues("x-model-variant", out var variants) ? variants.Single() : null;
    }

    private static string Trace(int number) => string.Create(CultureInfo.InvariantCulture, $"00-{number + 1:x32}-00f067aa0ba902b7-01");

    private static (int Number, int Of, double Share) Step(JsonElement rollout) =>
        rollout.GetProperty("step") is var step ? (step.GetProperty("number").GetInt32(), step.GetProperty("of").GetInt32(), step.GetProperty("share").GetDouble()) : default;
}
