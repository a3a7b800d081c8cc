using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Services.Inference;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Inference.Shadows;
using Serverless.Services.Monitoring;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Rollout;
using Serverless.Services.Telemetry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Telemetry;

/// <summary><c>docs/metrics.md</c> has every instrument of the composed rooms, as Prometheus sees it, and no other.</summary>
public sealed partial class MetricsDocumentTests
{
    [Fact]
    public async Task Page_HasEveryInstrumentAndNoOther()
    {
        var told = Row().Matches(await File.ReadAllTextAsync(Repository.File("docs", "metrics.md"), TestContext.Current.CancellationToken)).Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value}");
        Assert.Equal((await InstrumentsAsync()).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    private static async Task<List<string>> InstrumentsAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true" }).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration);
        services.AddTelemetry(configuration).AddRegistry(configuration).AddPredictions(configuration).AddInference(configuration).AddMonitoring().AddAlerts(configuration).AddRollouts();
        await using var provider = services.BuildServiceProvider();
        var found = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => Add(instrument, provider.GetRequiredService<IMeterFactory>(), found) };
        listener.Start();
        _ = provider.GetRequiredService<MetricCollector>();
        foreach (var maker in (Type[])[typeof(SessionCache), typeof(ShadowQueue), typeof(ScanMeters), typeof(DeliveryMeters)]) _ = provider.GetRequiredService(maker);
        return [.. found, .. provider.GetServices<LatencyFamily>().Select(family => $"{family.Name} histogram")];
    }

    private static void Add(Instrument instrument, IMeterFactory factory, List<string> found)
    {
        // Another test of this process may have made the same ones.
        if (instrument.Meter.Scope != factory || !instrument.Meter.Name.StartsWith(MetricsRegistration.Prefix, StringComparison.Ordinal)) return;
        Assert.False(string.IsNullOrEmpty(instrument.Description), instrument.Name);
        var kind = Kind(instrument.GetType().Name);
        found.Add($"{PrometheusNames.Of(instrument.Name, instrument.Unit ?? "", kind)} {kind.ToString().ToLowerInvariant()}");
    }

    private static MetricKind Kind(string type) => type.Contains("Counter", StringComparison.Ordinal) ? MetricKind.Counter : type.Contains("Histogram", StringComparison.Ordinal) ? MetricKind.Histogram : MetricKind.Gauge;

    [GeneratedRegex(@"^\| `(mlops_\w+)` \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
