using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Serverless.Services.Telemetry;

/// <summary>
/// Reads all meters when somebody asks, and what the rooms measure by themselves (<see cref="LatencyFamily"/>). OpenTelemetry's own exporter for
/// Prometheus needs a pipeline of the web server's, which the isolated worker does not give to functions, labels every line with its meter, and
/// keeps its reader to itself: the names of other systems would need a second one, which doubles what each measurement costs.
/// </summary>
public sealed class MetricCollector : IDisposable
{
    private readonly IEnumerable<LatencyFamily> latencies;
    private readonly Sink sink = new();
    private readonly Lock one = new();

    /// <summary>Collects.</summary>
    /// <param name="latencies">What the rooms measure by themselves.</param>
    /// <param name="meters">Instruments that are made by being asked for here.</param>
    public MetricCollector(IEnumerable<LatencyFamily> latencies, IEnumerable<IMeters> meters) => (this.latencies, Meters, Reader) = (latencies, [.. meters], new BaseExportingMetricReader(sink));

    /// <summary>What was made to be collected.</summary>
    public IReadOnlyList<IMeters> Meters { get; }

    /// <summary>The reader, for <see cref="PageMeters"/>.</summary>
    public MetricReader Reader { get; }

    /// <summary>Every metric as it is now, by name.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        lock (one)
        {
            sink.Families = [.. latencies.Select(family => family.Read())];
            Reader.Collect();
            return [.. sink.Families.Where(family => family.Series.Count > 0).OrderBy(family => family.Name, StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reader.Dispose();
        sink.Dispose();
    }

    private sealed class Sink : BaseExporter<Metric>, IPullMetricExporter
    {
        public List<MetricFamily> Families { get; set; } = [];

        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch) Families.Add(Family(metric));
            return ExportResult.Success;
        }

        private static MetricFamily Family(Metric metric)
        {
            var kind = MetricsRegistration.Falls(metric.Name) ? MetricKind.Gauge : PrometheusNames.Kind(metric.MetricType);
            List<MetricSeries> series = [];
            foreach (ref readonly var point in metric.GetMetricPoints()) series.Add(Series(metric.MetricType, point));
            return new(PrometheusNames.Of(metric.Name, metric.Unit, kind), kind, metric.Description, series);
        }

        private static MetricSeries Series(MetricType type, in MetricPoint point)
        {
            var labels = new List<KeyValuePair<string, string>>(point.Tags.Count);
            foreach (var (name, value) in point.Tags) labels.Add(new(PrometheusNames.Label(name), Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
            return type switch
            {
                MetricType.LongSum or MetricType.LongSumNonMonotonic => new(labels, point.GetSumLong()),
                MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => new(labels, point.GetSumDouble()),
                MetricType.LongGauge => new(labels, point.GetGaugeLastValueLong()),
                MetricType.DoubleGauge => new(labels, point.GetGaugeLastValueDouble()),
                _ => new(labels, point.GetHistogramSum(), Buckets(point)),
            };
        }

        private static MetricBuckets Buckets(in MetricPoint point)
        {
            var (bounds, counts) = (new List<double>(), new List<long>());
            foreach (var bucket in point.GetHistogramBuckets())
            {
                if (!double.IsPositiveInfinity(bucket.ExplicitBound)) bounds.Add(bucket.ExplicitBound);
                counts.Add(bucket.BucketCount);
            }
            return new(bounds, counts);
        }
    }
}
