using System.Diagnostics.Metrics;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Predictions;

/// <summary>What the prediction log and the truth measure: their counters, read when somebody collects.</summary>
internal sealed class PredictionMeters : IMeters
{
    /// <summary>The meter's name.</summary>
    public const string Name = MetricsRegistration.Prefix + "Predictions";

    private static readonly (DropReason Reason, string Name)[] Reasons =
        [(DropReason.Pressure, "pressure"), (DropReason.Shutdown, "shutdown"), (DropReason.Unencodable, "unencodable"), (DropReason.Killed, "killed")];

    private static readonly (TruthKind Kind, string Name)[] Kinds = [(TruthKind.Labels, "label"), (TruthKind.Outcomes, "outcome")];

    private readonly (PredictionCounters Counters, LagWatch Lag, string Name)[] logs;
    private readonly TruthCounters truth;

    public PredictionMeters(IMeterFactory meters, PredictionCounters log, ShadowLog shadows, TruthCounters truth, TimeProvider clock)
    {
        (this.truth, logs) = (truth, [(log, new(clock), "predictions"), (shadows.Counters, new(clock), "shadows")]);
        var meter = meters.Create(Name);
        meter.CreateObservableCounter("mlops.log.rows", Rows, description: "Rows of the prediction log: accepted from requests, and flushed to storage.");
        meter.CreateObservableCounter("mlops.log.dropped_rows", Dropped, description: "Rows that were lost, by reason.");
        meter.CreateObservableGauge("mlops.log.lag", () => logs.Select(one => new Measurement<double>(one.Lag.Read(one.Counters.Snapshot()).TotalSeconds, Log(one.Name))), "s", "From a row's acceptance until it was durable, of the block stored last; longer while nothing is stored.");
        meter.CreateObservableGauge("mlops.log.pending", () => logs.Select(one => new Measurement<long>(one.Counters.Snapshot().PendingBytes, Log(one.Name))), "By", "Memory of rows on their way to storage.");
        meter.CreateObservableGauge("mlops.log.compaction_debt", () => log.Snapshot().DebtBytes, "By", "Fresh files of closed hours that the last compaction of each model left.");
        meter.CreateObservableCounter("mlops.labels", Truth, description: "Labels and outcomes that were sent, by what became of them.");
    }

    private static KeyValuePair<string, object?> Log(string name) => new("log", name);

    private IEnumerable<Measurement<long>> Rows() => logs.SelectMany(one => one.Counters.Snapshot() is var now
        ? new Measurement<long>[] { new(now.Accepted, Log(one.Name), new("state", "accepted")), new(now.Flushed, Log(one.Name), new("state", "flushed")) }
        : []);

    private IEnumerable<Measurement<long>> Dropped() =>
        from one in logs
        let lost = one.Counters.Snapshot().Dropped
        from reason in Reasons
        select new Measurement<long>(lost[reason.Reason], Log(one.Name), new("reason", reason.Name));

    private IEnumerable<Measurement<long>> Truth() =>
        from kind in Kinds
        let now = truth.Of(kind.Kind)
        from result in new[] { ("accepted", now.Accepted), ("duplicate", now.Duplicates), ("unknown", now.Unknown), ("rejected", now.Rejected) }
        select new Measurement<long>(result.Item2, new("kind", kind.Name), new("result", result.Item1));
}
