using System.Diagnostics.Metrics;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Inference.Meters;

/// <summary>One of a request's durations: the histogram of OpenTelemetry's that its push exporters listen to, and the family that the pages show.</summary>
internal sealed class DurationMeter
{
    /// <summary>The meter that only push exporters listen to: what it has, the pages have from the tallies, at a tenth of the cost.</summary>
    public const string Name = MetricsRegistration.PushPrefix + "Inference";

    private readonly Histogram<double> pushed;

    private DurationMeter(Meter meter, TallyBook book, int duration, string name, string help)
    {
        pushed = meter.CreateHistogram(name, "s", help, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LatencyBuckets.Seconds });
        Family = new(PrometheusNames.Of(name, "s", MetricKind.Histogram), help, () => book.Variants.Select(variant => variant.Read(duration)).OfType<MetricSeries>());
    }

    /// <summary>As the pages show it.</summary>
    public LatencyFamily Family { get; }

    /// <summary>All of them, by <see cref="VariantTally.Request"/>, <see cref="VariantTally.Queue"/> and <see cref="VariantTally.Compute"/>.</summary>
    public static DurationMeter[] All(IMeterFactory meters, TallyBook book)
    {
        var meter = meters.Create(Name);
        return
        [
            new(meter, book, VariantTally.Request, "mlops.request.duration", "Requests whose model was known, from arrival to the answer's last byte."),
            new(meter, book, VariantTally.Queue, "mlops.queue.duration", "Requests that computed: the wait for a turn of the model, or for a batch."),
            new(meter, book, VariantTally.Compute, "mlops.compute.duration", "Requests that computed: the run of the model; a batch's for each of its requests."),
        ];
    }

    /// <summary>Records for exporters that push; without one this is a look at a flag.</summary>
    public void Record(VariantTally tally, TimeSpan took)
    {
        if (pushed.Enabled) pushed.Record(took.TotalSeconds, tally.Tags);
    }
}
