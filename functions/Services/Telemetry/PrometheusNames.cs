using OpenTelemetry.Metrics;

namespace Serverless.Services.Telemetry;

/// <summary>OpenTelemetry's names as Prometheus writes them: the unit is part of the name, and what counts ends in <c>_total</c>.</summary>
public static class PrometheusNames
{
    /// <summary><c>mlops.request.duration</c> in <c>s</c> is <c>mlops_request_duration_seconds</c>.</summary>
    public static string Of(string name, string unit, MetricKind kind)
    {
        var full = Label(name);
        if (Unit(unit, kind) is { } suffix && !full.EndsWith(suffix, StringComparison.Ordinal)) full += suffix;
        return kind == MetricKind.Counter && !full.EndsWith("_total", StringComparison.Ordinal) ? full + "_total" : full;
    }

    /// <summary>A label's name: letters, digits and underscores.</summary>
    public static string Label(string name) => string.Create(name.Length, name, (target, source) =>
    {
        for (var index = 0; index < source.Length; index++) target[index] = char.IsAsciiLetterOrDigit(source[index]) ? source[index] : '_';
    });

    /// <summary>What a metric of OpenTelemetry's is to Prometheus.</summary>
    public static MetricKind Kind(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => MetricKind.Counter,
        MetricType.Histogram => MetricKind.Histogram,
        _ => MetricKind.Gauge,
    };

    private static string? Unit(string unit, MetricKind kind) => unit switch
    {
        "s" => "_seconds",
        "By" => "_bytes",
        "1" when kind == MetricKind.Gauge => "_ratio",
        _ => null,
    };
}
