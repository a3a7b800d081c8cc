using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;

namespace Serverless.Services.Telemetry;

/// <summary>OpenTelemetry's meters, and the pages that show them.</summary>
public static class MetricsRegistration
{
    /// <summary>The rooms' meters are <c>Serverless.Inference</c> and so on.</summary>
    public const string Prefix = "Serverless.";

    /// <summary>Meters that begin with this are for exporters that push: the pages have their figures from <see cref="LatencyFamily"/>.</summary>
    public const string PushPrefix = "ServerlessPush.";

    // So many points may an instrument have for each model, version and variant. OpenTelemetry makes room for all of them at once, so none has more than it needs.
    private static readonly Dictionary<string, int> PointsEach = new()
    {
        ["mlops.requests"] = 16,
        ["mlops.scan.score"] = 4,
        ["mlops.rows"] = 1,
        ["mlops.request.duration"] = 1,
        ["mlops.queue.time"] = 1,
        ["mlops.compute.time"] = 1,
        ["mlops.computed"] = 1,
        ["mlops.runs"] = 1,
        ["mlops.requests.in_flight"] = 1,
        ["mlops.queue.depth"] = 1,
        ["mlops.shadow.requests"] = 3,
        ["mlops.rollout.traffic_share"] = 4,
        ["mlops.rollout.state"] = 2,
        ["mlops.alerts"] = 3,
        ["mlops.scan.breaches"] = 1,
        ["mlops.slo.burn_rate"] = 1,
        ["mlops.scan.last_success.timestamp"] = 1,
    };

    // Monitors by verdict.
    private static readonly Dictionary<string, int> Points = new() { ["mlops.scans"] = 512, ["mlops.scan.duration"] = 128 };

    private const int Few = 64;

    internal const string Runtime = "System.Runtime";

    // What Prometheus' own naming rules would refuse, or nobody asks for.
    private static readonly Dictionary<string, string> RuntimeNames = new()
    {
        ["dotnet.process.cpu.time"] = "process.cpu",
        ["dotnet.process.memory.working_set"] = "process.resident_memory",
        ["dotnet.gc.collections"] = "dotnet.gc.collections",
        ["dotnet.gc.pause.time"] = "dotnet.gc.pause",
        ["dotnet.gc.heap.total_allocated"] = "dotnet.gc.allocated",
        ["dotnet.gc.last_collection.memory.committed_size"] = "dotnet.gc.committed_memory",
        ["dotnet.thread_pool.thread.count"] = "dotnet.thread_pool.threads",
        ["dotnet.thread_pool.queue.length"] = "dotnet.thread_pool.queue_length",
        ["dotnet.monitor.lock_contentions"] = "dotnet.monitor.lock_contentions",
    };

    // The runtime has these as counters, and they fall, too.
    internal static bool Falls(string name) => name is "dotnet.thread_pool.threads" or "dotnet.thread_pool.queue_length";

    internal static void AddMetricsPages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddMetrics();
        services.AddSingleton<IMeters, BuildMeters>();
        services.TryAddSingleton<MetricCollector>();
        services.TryAddSingleton<MetricsPages>();
        if (Settings(configuration).Metrics) services.AddHostedService<PageMeters>();
    }

    /// <summary>Has exporters get the rooms' instruments, and those of the runtime that the pages show.</summary>
    internal static MeterProviderBuilder AddSuite(this MeterProviderBuilder metrics, IConfiguration configuration)
    {
        var settings = Settings(configuration);
        return metrics.AddMeter(Prefix + "*", PushPrefix + "*", Runtime).AddView(instrument => View(instrument, settings));
    }

    private static TelemetryOptions Settings(IConfiguration configuration) => configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new();

    internal static MetricStreamConfiguration? View(System.Diagnostics.Metrics.Instrument instrument, TelemetryOptions settings)
    {
        if (instrument.Meter.Name == Runtime)
            return RuntimeNames.TryGetValue(instrument.Name, out var name) ? new() { Name = name, CardinalityLimit = Few } : MetricStreamConfiguration.Drop;
        if (!instrument.Meter.Name.StartsWith(Prefix, StringComparison.Ordinal) && !instrument.Meter.Name.StartsWith(PushPrefix, StringComparison.Ordinal)) return null;
        return new() { CardinalityLimit = PointsEach.TryGetValue(instrument.Name, out var points) ? (settings.MaxSeries + 1) * points : Points.GetValueOrDefault(instrument.Name, Few) };
    }
}
