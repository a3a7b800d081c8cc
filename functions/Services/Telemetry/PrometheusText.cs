using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Serverless.Services.Telemetry;

/// <summary>Prometheus' text format, version 0.0.4.</summary>
public static class PrometheusText
{
    /// <summary>Its content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes metrics.</summary>
    public static void Write(IEnumerable<MetricFamily> families, IBufferWriter<byte> target)
    {
        foreach (var family in families) Write(family, target);
    }

    private static void Write(MetricFamily family, IBufferWriter<byte> target)
    {
        Put(target, $"# HELP {family.Name} {Escape(family.Help, quotes: false)}\n# TYPE {family.Name} {Name(family.Kind)}\n");
        foreach (var series in family.Series)
        {
            var labels = Labels(series.Labels);
            if (series.Buckets is { } buckets) Write(target, family.Name, labels, series.Value, buckets);
            else Put(target, $"{family.Name}{Braced(labels)} {series.Value}\n");
        }
    }

    private static void Write(IBufferWriter<byte> target, string name, string labels, double sum, MetricBuckets buckets)
    {
        var (before, count) = (labels.Length > 0 ? labels + "," : "", 0L);
        for (var index = 0; index < buckets.Bounds.Count; index++)
            Put(target, $"{name}_bucket{{{before}le=\"{buckets.Bounds[index]}\"}} {count += buckets.Counts[index]}\n");
        count += buckets.Counts[^1];
        Put(target, $"{name}_bucket{{{before}le=\"+Inf\"}} {count}\n{name}_sum{Braced(labels)} {sum}\n{name}_count{Braced(labels)} {count}\n");
    }

    private static string Labels(IReadOnlyList<KeyValuePair<string, string>> labels) =>
        string.Join(',', labels.Select(label => $"{label.Key}=\"{Escape(label.Value, quotes: true)}\""));

    private static string Braced(string labels) => labels.Length > 0 ? $"{{{labels}}}" : "";

    private static string Escape(string text, bool quotes)
    {
        if (text.AsSpan().IndexOfAny('\\', '"', '\n') < 0) return text;
        var escaped = new StringBuilder(text).Replace("\\", "\\\\").Replace("\n", "\\n");
        return (quotes ? escaped.Replace("\"", "\\\"") : escaped).ToString();
    }

    private static string Name(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        MetricKind.Histogram => "histogram",
    };

    // Cultures are off in the whole suite: numbers are written as Prometheus reads them.
    private static void Put(IBufferWriter<byte> target, ref DefaultInterpolatedStringHandler text)
    {
        Encoding.UTF8.GetBytes(text.Text, target);
        text.Clear();
    }
}
