using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Core.Statistics;
using Serverless.Services.Http;
using Serverless.Services.Registry;

namespace Serverless.Services.Rollout;

/// <summary>A rollout that is asked for.</summary>
/// <param name="Version">The candidate.</param>
/// <param name="Strategy">In which manner callers are moved; null: as the policy says.</param>
/// <param name="LiftQuarantine">Why a version in quarantine may be tried again.</param>
public sealed record RolloutRequest(int Version, ReleaseStrategy? Strategy = null, string? LiftQuarantine = null);

/// <summary>What another system says at its gate.</summary>
/// <param name="Rollout">On which rollout.</param>
/// <param name="Gate">At which gate.</param>
/// <param name="Approved">Whether it agrees.</param>
/// <param name="Reason">Why.</param>
public sealed record ExternalVerdict(Guid Rollout, string Gate, bool Approved, string Reason);

/// <summary>A rollout as callers see it.</summary>
/// <param name="Id">Its id: the <c>correlationId</c> of its events.</param>
/// <param name="Model">The model.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Champion">What it is compared with, and where callers go back to.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Since">Since when.</param>
/// <param name="Policy">The policy's version by which it goes.</param>
/// <param name="Strategy">In which manner callers are moved.</param>
public sealed record RolloutResponse(Guid Id, string Model, int Version, int? Champion, RolloutStage Stage, DateTimeOffset Since, int Policy, ReleaseStrategy Strategy)
{
    /// <summary>When it was asked for.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Of a release: the step, from 1, and how many there are.</summary>
    public RolloutStep? Step { get; init; }

    /// <summary>Who answers beside, unseen.</summary>
    public IReadOnlyList<ShadowShare>? Shadows { get; init; }

    /// <summary>Who must still agree.</summary>
    public RolloutNeeds? Needs { get; init; }

    /// <summary>Before what.</summary>
    public Checkpoint? Before { get; init; }

    /// <summary>Who has agreed: persons, and other systems by their gates.</summary>
    public IReadOnlyList<Approval>? Approvals { get; init; }

    /// <summary>Which other systems have agreed.</summary>
    public IReadOnlyDictionary<string, Approval>? External { get; init; }

    /// <summary>Why it stands still.</summary>
    public Pause? Paused { get; init; }

    /// <summary>Candidates that wait for its end.</summary>
    public IReadOnlyList<int>? Waiting { get; init; }

    /// <summary>Whether the new champion is still watched.</summary>
    public bool? Watched { get; init; }

    /// <summary>Why it ended.</summary>
    public string? Ended { get; init; }

    /// <summary>When time itself does something next.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>The newest decision.</summary>
    public Guid? Decision { get; init; }

    /// <summary>When it came to each stage.</summary>
    public IReadOnlyDictionary<RolloutStage, DateTimeOffset>? Entered { get; init; }
}

/// <summary>A step of a release.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Of">How many there are.</param>
/// <param name="Share">The candidate's share of the callers.</param>
public sealed record RolloutStep(int Number, int Of, double Share);

/// <summary>A decision as callers see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Rollout">The rollout's.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Stage">What it decided.</param>
/// <param name="Outcome">What followed.</param>
/// <param name="Words">The answer in words.</param>
/// <param name="Policy">The policy's version.</param>
/// <param name="Time">When.</param>
/// <param name="Evidence">SHA-256 of the figures in their canonical form.</param>
public sealed record DecisionResponse(Guid Id, Guid Rollout, int Version, DecisionStage Stage, DecisionOutcome Outcome, string Words, int Policy, DateTimeOffset Time, Digest Evidence)
{
    /// <summary>Gate by gate.</summary>
    public IReadOnlyList<GateResult>? Gates { get; init; }

    /// <summary>Of a shadow or an experiment: how the candidate compares.</summary>
    public ComparisonRecord? Comparison { get; init; }

    /// <summary>All figures, by name.</summary>
    public JsonNode? Figures { get; init; }

    /// <summary>Whether deciding again, from the figures as kept, came to the same just now.</summary>
    public bool? Recomputed { get; init; }
}

/// <summary>What a policy would have decided.</summary>
/// <param name="Decisions">One for each past decision, newest first.</param>
/// <param name="Changed">How many would have come to something else.</param>
public sealed record PolicyRehearsal(IReadOnlyList<RehearsedDecision> Decisions, int Changed);

/// <summary>A past decision, and what another policy would have made of the same figures.</summary>
/// <param name="Decision">The past decision.</param>
/// <param name="Rollout">Its rollout.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Stage">What was decided.</param>
/// <param name="Was">What it came to.</param>
/// <param name="Would">What it would have come to.</param>
/// <param name="Words">Why.</param>
public sealed record RehearsedDecision(Guid Decision, Guid Rollout, int Version, DecisionStage Stage, DecisionOutcome Was, DecisionOutcome Would, string Words);

/// <summary>Rollouts as callers see them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true,
    AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(DigestText), typeof(CamelCaseEnum<RolloutStage>), typeof(CamelCaseEnum<Checkpoint>), typeof(CamelCaseEnum<ReleaseStrategy>), typeof(CamelCaseEnum<DecisionStage>), typeof(CamelCaseEnum<DecisionOutcome>),
        typeof(CamelCaseEnum<GateVerdict>), typeof(CamelCaseEnum<GateSeverity>), typeof(CamelCaseEnum<UndecidedGate>), typeof(CamelCaseEnum<TestKind>), typeof(CamelCaseEnum<ComparisonVerdict>), typeof(CamelCaseEnum<IntervalMethod>),
        typeof(CamelCaseEnum<AtDeadline>), typeof(CamelCaseEnum<ShadowBasis>), typeof(CamelCaseEnum<TrafficKey>)])]
[JsonSerializable(typeof(RolloutRequest))]
[JsonSerializable(typeof(ExternalVerdict))]
[JsonSerializable(typeof(ReasonRequest))]
[JsonSerializable(typeof(RolloutResponse))]
[JsonSerializable(typeof(Page<RolloutResponse>))]
[JsonSerializable(typeof(DecisionResponse))]
[JsonSerializable(typeof(Page<DecisionResponse>))]
[JsonSerializable(typeof(PolicyRehearsal))]
public sealed partial class RolloutJson : JsonSerializerContext;
