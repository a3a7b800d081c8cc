namespace Serverless.Services.Telemetry;

/// <summary>A metric as Prometheus has it: a name, and a series for each set of labels.</summary>
/// <param name="Name">With its unit, and <c>_total</c> where it counts.</param>
/// <param name="Kind">What its figures are.</param>
/// <param name="Help">What it means, in one line.</param>
/// <param name="Series">Its figures.</param>
public sealed record MetricFamily(string Name, MetricKind Kind, string Help, IReadOnlyList<MetricSeries> Series);

/// <summary>What a metric's figures are.</summary>
public enum MetricKind
{
    /// <summary>Grows until the process ends.</summary>
    Counter,
    /// <summary>As it is now.</summary>
    Gauge,
    /// <summary>How often a measurement was in a range.</summary>
    Histogram,
}

/// <summary>One set of labels and its figure.</summary>
/// <param name="Labels">In the order they are written.</param>
/// <param name="Value">The figure; a histogram's sum.</param>
/// <param name="Buckets">A histogram's counts; else null.</param>
public sealed record MetricSeries(IReadOnlyList<KeyValuePair<string, string>> Labels, double Value, MetricBuckets? Buckets = null)
{
    /// <summary>A label's value; empty where there is none.</summary>
    public string this[string label]
    {
        get
        {
            foreach (var (name, value) in Labels)
                if (name == label) return value;
            return "";
        }
    }
}

/// <summary>A histogram's counts: of each range alone, one more than there are bounds.</summary>
/// <param name="Bounds">The ranges' upper ends, each within its range.</param>
/// <param name="Counts">How often a measurement was in each.</param>
public sealed record MetricBuckets(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts)
{
    /// <summary>How many measurements there are.</summary>
    public long Count => Counts.Sum();
}
