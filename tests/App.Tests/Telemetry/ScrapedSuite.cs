using System.Text.Json;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>A suite that asks for keys and is in use, and a real Prometheus that scrapes it as <c>infra/prometheus</c> says, every second.</summary>
public sealed class ScrapedSuite : IAsyncLifetime
{
    internal const string KeyFile = "scrape-key";

    private const string AdminKey = "the key that issues the others";
    private readonly AzuriteFixture azurite = new();
    private readonly CancellationTokenSource over = new();
    private AppProcess? app;
    private SuiteInUse? use;
    private PrometheusServer? server;
    private Task traffic = Task.CompletedTask;

    /// <summary>Prometheus.</summary>
    public PrometheusServer Prometheus => server!;

    /// <summary>The suite, for a caller who has no key.</summary>
    public Uri Address => app!.Address;

    /// <summary>What the container's configuration becomes where the suite listens elsewhere and the key lies beside it.</summary>
    internal static string Configuration(string target) => Replace(Replace(Replace(InfraFiles.Read("infra", "prometheus", "prometheus.yml"),
        "suite:8080", target), "/run/secrets/scrape-key", KeyFile), ": 15s", ": 1s");

    public async ValueTask InitializeAsync()
    {
        await azurite.InitializeAsync();
        app = await AppProcess.StartAsync(azurite.ConnectionString, SuiteInUse.Settings(("FunctionsHost:EnableAuth", "true"), ("Access:AdminKey", AdminKey)), TestContext.Current.CancellationToken);
        app.Client.DefaultRequestHeaders.Add("x-api-key", AdminKey);
        use = await SuiteInUse.StartAsync(app, azurite.ConnectionString);
        var key = await use.IssueAsync("scraper", "read");
        server = await PrometheusServer.StartAsync(Configuration(app.Address.Authority),
            new Dictionary<string, string> { ["rules.yml"] = InfraFiles.Read("infra", "prometheus", "rules.yml"), [KeyFile] = key }, TestContext.Current.CancellationToken);
        traffic = use.GoOnAsync(over.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await traffic;
        if (server is not null) await server.DisposeAsync();
        if (use is not null) await use.DisposeAsync();
        if (app is not null) await app.DisposeAsync();
        await azurite.DisposeAsync();
        over.Dispose();
    }

    /// <summary>What Prometheus answers now: labels and values of each series. Fails where it cannot read the question.</summary>
    public async Task<IReadOnlyList<double>> AskAsync(string expression)
    {
        Assert.False(traffic.IsFaulted, traffic.Exception?.ToString());
        var data = await Prometheus.AskAsync("/api/v1/query", TestContext.Current.CancellationToken, ("query", expression));
        return data.GetProperty("resultType").GetString() == "vector"
            ? [.. data.GetProperty("result").EnumerateArray().Select(series => Value(series.GetProperty("value")))]
            : [Value(data.GetProperty("result"))];
    }

    private static string Replace(string text, string one, string other)
    {
        Assert.Contains(one, text, StringComparison.Ordinal);
        return text.Replace(one, other, StringComparison.Ordinal);
    }

    private static double Value(JsonElement sample) => sample[1].GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        { } text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
        null => double.NaN,
    };
}
