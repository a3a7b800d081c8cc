namespace Serverless.Benchmarks.Telemetry;

/// <summary>The settings that the benchmarks of telemetry compare.</summary>
internal static class TelemetrySettings
{
    /// <summary>Nothing is counted, nothing sent.</summary>
    public static Dictionary<string, string> None { get; } = new() { ["Telemetry__Metrics"] = "false" };

    /// <summary>The defaults: counted for whoever scrapes.</summary>
    public static Dictionary<string, string> Metrics { get; } = [];

    /// <summary>Metrics, logs and traces, sent to a collector.</summary>
    public static Dictionary<string, string> All(Uri collector) => new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.ToString(), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" };
}
