using System.Collections.Frozen;

namespace Serverless.Core.Rollout;

/// <summary>What is asked of a candidate before it sees traffic.</summary>
public sealed record ValidationPolicy
{
    /// <summary>Whether anything is.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long it may take; then the candidate is rejected.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The gates, by name; one that has a default's name replaces that default.</summary>
    public IReadOnlyDictionary<string, GatePolicy> Gates { get; init; } = FrozenDictionary<string, GatePolicy>.Empty;

    /// <summary>The gates of an empty document. What needs an evaluation set lets pass where there is none, and says so. Latency is asked of the median: a tail of a few hundred rounds is the machine's, not the model's; a session below 64 MiB is never too large.</summary>
    public static IReadOnlyDictionary<string, GatePolicy> Defaults { get; } = new Dictionary<string, GatePolicy>
    {
        ["loads"] = new() { Expression = "trial.loaded >= 1" },
        ["signature"] = new() { Expression = "signature.compatible >= 1", WhenUndecided = UndecidedGate.Pass },
        ["finite"] = new() { Expression = "robustness.finite >= 1", WhenUndecided = UndecidedGate.Pass },
        ["stable"] = new() { Expression = "robustness.stable >= 0.95", WhenUndecided = UndecidedGate.Pass },
        ["latency"] = new() { Expression = "latency.p50.ratio <= 3", WhenUndecided = UndecidedGate.Pass },
        ["memory"] = new() { Expression = "memory.ratio <= 2 or memory.bytes <= 67108864", WhenUndecided = UndecidedGate.Pass },
        ["performance"] = new() { Test = new() { Figure = "comparison.score", Kind = TestKind.NonInferior, Margin = 0.01 }, WhenUndecided = UndecidedGate.Pass },
        ["slices"] = new() { Expression = "slices.worst.comparison.upper > -0.02", WhenUndecided = UndecidedGate.Pass },
        ["fairness"] = new() { Expression = "fairness.worst.demographic_parity_difference - champion.fairness.worst.demographic_parity_difference <= 0.05", WhenUndecided = UndecidedGate.Pass },
    }.ToFrozenDictionary();

    /// <summary>The gates in force: the defaults, and what the document says.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, GatePolicy> InForce => GatePolicy.InForce(Defaults, Gates);
}
