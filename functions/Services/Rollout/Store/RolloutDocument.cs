using System.Text.Json.Serialization;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Core.Statistics;
using Serverless.Services.Registry;
using Signal = Serverless.Core.Monitoring.Signal;

namespace Serverless.Services.Rollout.Store;

/// <summary>A rollout as it is kept.</summary>
/// <param name="State">All that the machine remembers.</param>
/// <param name="LastDecision">The newest decision, or null.</param>
/// <param name="LastAnswer">What it came to, gate by gate: a look that comes to the same again is not kept.</param>
internal sealed record RolloutDocument(RolloutState State, Guid? LastDecision = null, string? LastAnswer = null);

/// <summary>An alert as rollouts have heard of it.</summary>
/// <param name="Id">The alert's id.</param>
/// <param name="Sequence">The newest step heard: an older one that comes later changes nothing.</param>
/// <param name="Monitor">The monitor's name.</param>
/// <param name="Signal">What it watches.</param>
/// <param name="Severity">How urgent it is.</param>
/// <param name="Open">Whether it is not over.</param>
/// <param name="Fired">When it fired first, as far as is known.</param>
/// <param name="Changed">When the newest step was taken.</param>
/// <param name="Checks">What changed most: columns and their effects.</param>
internal sealed record HeardAlert(
    Guid Id, int Sequence, string Monitor, Signal Signal, AlertSeverity Severity, bool Open, DateTimeOffset Fired, DateTimeOffset Changed, IReadOnlyList<HeardCheck> Checks)
{
    /// <summary>The share of columns that drifted, or of rows with the commonest breach; null where the alert has none.</summary>
    public double? Share { get; init; }
}

/// <summary>One thing that an alert found.</summary>
/// <param name="Column">Where.</param>
/// <param name="Effect">How large it is, or null.</param>
internal sealed record HeardCheck(string Column, double? Effect);

/// <summary>The form in which rollouts are kept: members are only added.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true,
    Converters = [typeof(DigestText), typeof(CamelCaseEnum<RolloutStage>), typeof(CamelCaseEnum<Checkpoint>), typeof(CamelCaseEnum<ReleaseStrategy>), typeof(CamelCaseEnum<DecisionStage>), typeof(CamelCaseEnum<DecisionOutcome>),
        typeof(CamelCaseEnum<GateVerdict>), typeof(CamelCaseEnum<GateSeverity>), typeof(CamelCaseEnum<UndecidedGate>), typeof(CamelCaseEnum<TestKind>), typeof(CamelCaseEnum<ComparisonVerdict>), typeof(CamelCaseEnum<IntervalMethod>),
        typeof(CamelCaseEnum<AtDeadline>), typeof(CamelCaseEnum<ShadowBasis>), typeof(CamelCaseEnum<TrafficKey>), typeof(CamelCaseEnum<Signal>), typeof(CamelCaseEnum<AlertSeverity>)])]
[JsonSerializable(typeof(RolloutDocument))]
[JsonSerializable(typeof(Decision))]
[JsonSerializable(typeof(HeardAlert))]
[JsonSerializable(typeof(int[]))]
internal sealed partial class RolloutStoredJson : JsonSerializerContext;
