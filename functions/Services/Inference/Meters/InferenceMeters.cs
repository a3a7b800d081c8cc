using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Serverless.Services.Inference.Running;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Inference.Meters;

/// <summary>
/// What serving measures. On the way of a request it is a handful of additions to counters that its version holds: OpenTelemetry's counters read
/// these when somebody collects. The three durations are recorded as OpenTelemetry's histograms too, where one of its exporters listens.
/// </summary>
internal sealed class InferenceMeters
{
    /// <summary>The meter's name.</summary>
    public const string Name = MetricsRegistration.Prefix + "Inference";

    private readonly TallyBook book;
    private readonly bool enabled;
    private readonly TimeProvider clock;
    private readonly DurationMeter[] durations;
    private readonly Counter<long> loads;
    private readonly Counter<long> evictions;

    public InferenceMeters(IMeterFactory meters, IOptions<TelemetryOptions> options, TimeProvider clock)
    {
        (enabled, this.clock, book) = (options.Value.Metrics, clock, new(options.Value.MaxSeries));
        Meter = meters.Create(Name);
        loads = Meter.CreateCounter<long>("mlops.session.loads", description: "Sessions that were loaded, or were not, by outcome.");
        evictions = Meter.CreateCounter<long>("mlops.session.evictions", description: "Sessions that gave way to others.");
        durations = DurationMeter.All(meters, book);
        TallyObservers.Add(Meter, book, options.Value.MaxSeries);
    }

    /// <summary>For what else the room measures.</summary>
    public Meter Meter { get; }

    /// <summary>The durations as the pages show them.</summary>
    public IEnumerable<LatencyFamily> Families => durations.Select(duration => duration.Family);

    /// <summary>How a status ends a request.</summary>
    public static RequestOutcome OutcomeOf(int status) => status switch
    {
        PredictionRecorder.CallerLeft => RequestOutcome.Abandoned,
        >= 500 => RequestOutcome.Failed,
        >= 400 => RequestOutcome.Refused,
        _ => RequestOutcome.Ok,
    };

    /// <summary>Notes how a model is served now.</summary>
    public void Serve(ServableModel served)
    {
        if (enabled && book.Model(served.Snapshot.Name.Value) is var tally && tally.Name == served.Snapshot.Name.Value) tally.Served = served;
    }

    /// <summary>A request has found its model.</summary>
    public void Begin(InferenceCall call)
    {
        if (enabled) (call.Counted = Find(call.Servable, call.Route.Variant).Model).Enter();
    }

    /// <summary>A request has ended; <paramref name="call"/> is null where it was refused before its model was known.</summary>
    public void End(RequestProtocol protocol, InferenceCall? call, int status)
    {
        if (!enabled) return;
        var outcome = OutcomeOf(status);
        if (call is null)
        {
            VariantTally.End(book.Variant(TallyBook.None, "", "").Here, protocol, outcome, 0);
            return;
        }
        call.Counted!.Leave();
        var tally = Find(call.Servable, call.Route.Variant);
        var here = tally.Here;
        VariantTally.End(here, protocol, outcome, call.Rows);
        Note(tally, here, VariantTally.Request, clock.GetElapsedTime(call.ArrivedAt, call.AnsweredAt > 0 ? call.AnsweredAt : clock.GetTimestamp()));
        if (call.ComputedTo <= call.ComputedFrom) return;
        Note(tally, here, VariantTally.Queue, clock.GetElapsedTime(call.QueuedAt, call.ComputedFrom));
        Note(tally, here, VariantTally.Compute, clock.GetElapsedTime(call.ComputedFrom, call.ComputedTo));
    }

    /// <summary>A model was run, for one request or for several.</summary>
    public void Ran(InferenceCall call)
    {
        if (enabled) Find(call.Servable, call.Route.Variant).Ran();
    }

    /// <summary>A variant failed what the champion then answered.</summary>
    public void Retreated(Servable version, string variant)
    {
        if (enabled) Find(version, variant).Retreated();
    }

    /// <summary>A version that followed a request has run.</summary>
    public void Shadowed(InferenceCall call, ShadowOutcome outcome)
    {
        if (!enabled) return;
        var tally = Find(call.Servable, call.Route.Variant);
        tally.Shadow(outcome);
        if (call.ComputedTo > call.ComputedFrom) Note(tally, tally.Here, VariantTally.Compute, clock.GetElapsedTime(call.ComputedFrom, call.ComputedTo));
    }

    /// <summary>A version should have followed a request, and did not run.</summary>
    public void ShadowDropped(Servable version)
    {
        if (enabled) Find(version, Route.Shadow.Variant).Shadow(ShadowOutcome.Dropped);
    }

    /// <summary>A session was loaded, or could not be.</summary>
    public void Loaded(bool right) => loads.Add(1, new KeyValuePair<string, object?>("outcome", right ? "ok" : "failed"));

    /// <summary>A session gave way to another one.</summary>
    public void Evicted() => evictions.Add(1);

    // A version has one or two variants: looking through them costs less than a dictionary.
    private VariantTally Find(Servable servable, string variant)
    {
        foreach (var (name, tally) in servable.Tallies)
            if (ReferenceEquals(name, variant) || name == variant) return tally;
        var found = book.Variant(servable.Model.Value, servable.NumberText, variant);
        servable.Tallies = [.. servable.Tallies, (variant, found)];
        return found;
    }

    private void Note(VariantTally tally, Stripe here, int duration, TimeSpan took)
    {
        VariantTally.Note(here, duration, took);
        durations[duration].Record(tally, took);
    }
}
