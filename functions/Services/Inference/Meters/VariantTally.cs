using Serverless.Services.Telemetry;

namespace Serverless.Services.Inference.Meters;

/// <summary>What one variant of one version counts: found once, then added to without a look-up, a lock or an allocation.</summary>
internal sealed class VariantTally
{
    private const int Protocols = 4;
    private const int Outcomes = 4;
    private const int Rows = Protocols * Outcomes;
    private const int Runs = Rows + 1;
    private const int Shadows = Runs + 1;
    private const int Retreats = Shadows + 3;
    private const int FirstDuration = Retreats + 1;

    private static readonly int DurationCells = LatencyBuckets.Count + 1;

    private readonly StripedCounts counts = new(FirstDuration + (Durations * DurationCells));

    public VariantTally(ModelTally model, string version, string variant)
    {
        (Model, Version, Variant) = (model, version, variant);
        Tags = [new("model", model.Name), new("version", version), new("variant", variant)];
        Labels = [new("model", model.Name), new("version", version), new("variant", variant)];
    }

    /// <summary>How many durations a request has: <see cref="Request"/>, <see cref="Queue"/>, <see cref="Compute"/>.</summary>
    public const int Durations = 3;

    /// <summary>From arrival to answer.</summary>
    public const int Request = 0;

    /// <summary>The wait for a turn.</summary>
    public const int Queue = 1;

    /// <summary>The run.</summary>
    public const int Compute = 2;

    /// <summary>Its model.</summary>
    public ModelTally Model { get; }

    /// <summary>The version's number.</summary>
    public string Version { get; }

    /// <summary>How it came to answer.</summary>
    public string Variant { get; }

    /// <summary>Its labels, for OpenTelemetry.</summary>
    public KeyValuePair<string, object?>[] Tags { get; }

    /// <summary>Its labels, for the pages.</summary>
    public KeyValuePair<string, string>[] Labels { get; }

    /// <summary>This core's counters.</summary>
    public Stripe Here => counts.Here;

    /// <summary>Counts a request that has ended.</summary>
    public static void End(Stripe here, RequestProtocol protocol, RequestOutcome outcome, int rows)
    {
        here.Increment(((int)protocol * Outcomes) + (int)outcome);
        if (outcome == RequestOutcome.Ok) here.Add(Rows, rows);
    }

    /// <summary>Counts a run of the model.</summary>
    public void Ran() => Here.Increment(Runs);

    /// <summary>Counts a shadow.</summary>
    public void Shadow(ShadowOutcome outcome) => Here.Increment(Shadows + (int)outcome);

    /// <summary>Counts a request that it failed and the champion answered.</summary>
    public void Retreated() => Here.Increment(Retreats);

    /// <summary>Notes one of the durations.</summary>
    public static void Note(Stripe here, int duration, TimeSpan took) => here.Note(FirstDuration + (duration * DurationCells), took);

    /// <summary>Requests of a protocol that ended in a way.</summary>
    public long Ended(RequestProtocol protocol, RequestOutcome outcome) => counts[((int)protocol * Outcomes) + (int)outcome];

    /// <summary>Rows that were answered.</summary>
    public long AnsweredRows => counts[Rows];

    /// <summary>Runs of the model.</summary>
    public long AllRuns => counts[Runs];

    /// <summary>Shadows that ended in a way.</summary>
    public long Shadowed(ShadowOutcome outcome) => counts[Shadows + (int)outcome];

    /// <summary>Requests that it failed and the champion answered.</summary>
    public long AllRetreats => counts[Retreats];

    /// <summary>How many there are of one of the durations.</summary>
    public long Count(int duration)
    {
        var (first, sum) = (FirstDuration + (duration * DurationCells), 0L);
        for (var index = 0; index < LatencyBuckets.Count; index++) sum += counts[first + index];
        return sum;
    }

    /// <summary>One of the durations, summed up.</summary>
    public double Seconds(int duration) => counts[FirstDuration + (duration * DurationCells) + LatencyBuckets.Count] / (double)TimeSpan.TicksPerSecond;

    /// <summary>One of the durations as a series; null while there is none of it.</summary>
    public MetricSeries? Read(int duration)
    {
        var first = FirstDuration + (duration * DurationCells);
        var buckets = new long[LatencyBuckets.Count];
        for (var index = 0; index < buckets.Length; index++) buckets[index] = counts[first + index];
        return buckets.Any(count => count > 0)
            ? new(Labels, Seconds(duration), new(LatencyBuckets.Seconds, buckets))
            : null;
    }
}
