namespace Serverless.Core.Rollout;

/// <summary>One gate or guardrail: an expression that must be true, or a test that must be passed.</summary>
public sealed record GatePolicy
{
    /// <summary>What must be true, over named evidence: <c>metrics.f1 - champion.metrics.f1 &gt;= -0.01</c>.</summary>
    public string? Expression { get; init; }

    /// <summary>Instead: a test of one figure's interval.</summary>
    public TestPolicy? Test { get; init; }

    /// <summary>What a failure does.</summary>
    public GateSeverity Severity { get; init; } = GateSeverity.Block;

    /// <summary>What not enough data does at a gate. Guardrails never stop for it.</summary>
    public UndecidedGate WhenUndecided { get; init; } = UndecidedGate.Stop;

    /// <summary>Whether it is asked.</summary>
    public bool Enabled { get; init; } = true;

    internal static IReadOnlyDictionary<string, GatePolicy> InForce(IReadOnlyDictionary<string, GatePolicy> defaults, IReadOnlyDictionary<string, GatePolicy> said) =>
        defaults.Concat(said).GroupBy(gate => gate.Key, StringComparer.Ordinal).Select(same => same.Last()).Where(gate => gate.Value.Enabled)
            .OrderBy(gate => gate.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
}

/// <summary>What a gate's failure does.</summary>
public enum GateSeverity
{
    /// <summary>It stops the rollout; for a guardrail: it sends callers back.</summary>
    Block,
    /// <summary>It is told and recorded.</summary>
    Warn,
}

/// <summary>What a gate does that has not enough data.</summary>
public enum UndecidedGate
{
    /// <summary>It stops the rollout: what could not be shown is not assumed.</summary>
    Stop,
    /// <summary>It is told and recorded, and lets pass: for evidence that not every model has, such as an evaluation set.</summary>
    Pass,
}
