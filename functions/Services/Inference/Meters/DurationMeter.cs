using System.Diagnostics.Metrics;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Inference.Meters;

/// <summary>
/// One of a request's durations: the family that the pages show, and what push exporters get of it. A record in a histogram of OpenTelemetry's costs some tenths of a
/// microsecond: callers' time is worth that, its parts are exported as sums, as Triton has them, which are read from the tallies.
/// </summary>
internal sealed class DurationMeter
{
    /// <summary>The meter that only push exporters listen to: what it has, the pages have from the tallies, at a tenth of the cost.</summary>
    public const string Name = MetricsRegistration.PushPrefix + "Inference";

    private readonly Histogram<double>? pushed;

    private DurationMeter(TallyBook book, int duration, string name, string help, Meter? meter = null)
    {
        pushed = meter?.CreateHistogram(name, "s", help, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LatencyBuckets.Seconds });
        Family = new(PrometheusNames.Of(name, "s", MetricKind.Histogram), help, () => book.Variants.Select(variant => variant.Read(duration)).OfType<MetricSeries>());
    }

    /// <summary>As the pages show it.</summary>
    public LatencyFamily Family { get; }

    /// <summary>All of them, by <see cref="VariantTally.Request"/>, <see cref="VariantTally.Queue"/> and <see cref="VariantTally.Compute"/>.</summary>
    public static DurationMeter[] All(IMeterFactory meters, TallyBook book)
    {
        var meter = meters.Create(Name);
        meter.CreateObservableCounter("mlops.queue.time", () => Sums(book, VariantTally.Queue), "s", "What requests that computed have waited for a turn of the model, or for a batch.");
        meter.CreateObservableCounter("mlops.compute.time", () => Sums(book, VariantTally.Compute), "s", "What the runs of the model have taken; a batch's for each of its requests.");
        meter.CreateObservableCounter("mlops.computed", () => from one in book.Variants let count = one.Count(VariantTally.Compute) where count > 0 select new Measurement<long>(count, one.Tags), description: "Requests that computed.");
        return
        [
            new(book, VariantTally.Request, "mlops.request.duration", "Requests whose model was known, from arrival to the answer's last byte.", meter),
            new(book, VariantTally.Queue, "mlops.queue.duration", "Requests that computed: the wait for a turn of the model, or for a batch."),
            new(book, VariantTally.Compute, "mlops.compute.duration", "Requests that computed: the run of the model; a batch's for each of its requests."),
        ];
    }

    private static IEnumerable<Measurement<double>> Sums(TallyBook book, int duration) =>
        from one in book.Variants where one.Count(duration) > 0 select new Measurement<double>(one.Seconds(duration), one.Tags);

    /// <summary>Records for exporters that push; without one this is a look at a flag.</summary>
    public void Record(VariantTally tally, TimeSpan took)
    {
        if (pushed is { Enabled: true }) pushed.Record(took.TotalSeconds, tally.Tags);
    }
}
