using System.Collections.Frozen;

namespace Serverless.Core.Rollout;

/// <summary>How a version becomes champion, and how it stops being one. An empty document is valid: validation, a shadow at full share, a canary, one hour of watching, no approvals.</summary>
public sealed record RolloutPolicy
{
    /// <summary>Whether a new version starts a rollout by itself.</summary>
    public RolloutStart Start { get; init; } = RolloutStart.OnRequest;

    /// <summary>What is asked before the candidate sees traffic.</summary>
    public ValidationPolicy Validation { get; init; } = new();

    /// <summary>What is asked while it answers beside the champion, unseen.</summary>
    public ShadowPolicy Shadow { get; init; } = new();

    /// <summary>How callers are moved to it.</summary>
    public ReleasePolicy Release { get; init; } = new();

    /// <summary>What sends callers back, while it is released and watched: by name; one that has a default's name replaces that default.</summary>
    public IReadOnlyDictionary<string, GatePolicy> Guardrails { get; init; } = FrozenDictionary<string, GatePolicy>.Empty;

    /// <summary>Who must agree.</summary>
    public ApprovalPolicy Approvals { get; init; } = new();

    /// <summary>Which other systems must agree, by the name of their gate.</summary>
    public IReadOnlyDictionary<string, ExternalGatePolicy> External { get; init; } = FrozenDictionary<string, ExternalGatePolicy>.Empty;

    /// <summary>How long a new champion is watched: so long a guardrail sends callers back by itself.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long after the promotion the former champion stays warm.</summary>
    public TimeSpan Retirement { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a rollout may be paused; then it is aborted, so that none stands for ever.</summary>
    public TimeSpan PauseLimit { get; init; } = TimeSpan.FromDays(7);

    /// <summary>What a candidate does that comes while another is under way.</summary>
    public NewerCandidate Newer { get; init; } = NewerCandidate.Supersede;

    /// <summary>The policy of one rollout: with its own manner of moving callers, where it has one.</summary>
    public RolloutPolicy Of(RolloutState state) => state.Strategy is { } strategy && strategy != Release.Strategy
        // Steps belong to the strategy that lists them.
        ? this with { Release = Release with { Strategy = strategy, Steps = strategy == ReleaseStrategy.Steps ? Release.Steps : [] } }
        : this;

    /// <summary>The guardrails of an empty document.</summary>
    public static IReadOnlyDictionary<string, GatePolicy> DefaultGuardrails { get; } = new Dictionary<string, GatePolicy>
    {
        ["errors"] = new() { Expression = "errors.rate.difference.lower <= 0.01" },
        ["latency"] = new() { Expression = "latency.p99.ratio.lower <= 2" },
        ["data-contract"] = new() { Expression = "quality.violations <= 0" },
        ["alerts"] = new() { Expression = "alerts.critical <= 0" },
    }.ToFrozenDictionary();

    /// <summary>The guardrails in force: the defaults, and what the document says.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, GatePolicy> GuardrailsInForce => GatePolicy.InForce(DefaultGuardrails, Guardrails);
}

/// <summary>When a rollout starts.</summary>
public enum RolloutStart
{
    /// <summary>When somebody asks for it.</summary>
    OnRequest,
    /// <summary>When a version is registered.</summary>
    OnRegistration,
}

/// <summary>What a candidate does that comes while another is under way.</summary>
public enum NewerCandidate
{
    /// <summary>It ends the one before, unless that is champion already; then it waits for the end of the watch period.</summary>
    Supersede,
    /// <summary>It waits until the one before has ended.</summary>
    Queue,
    /// <summary>It is refused.</summary>
    Reject,
}
