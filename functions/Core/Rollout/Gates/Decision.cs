using System.Collections.Immutable;
using Serverless.Core.Registry;

namespace Serverless.Core.Rollout;

/// <summary>What gates decided, on what, by which rules: enough to explain it, and to decide again.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Evidence">The hash of the figures.</param>
/// <param name="Results">Gate by gate.</param>
/// <param name="Outcome">What follows.</param>
/// <param name="Time">When.</param>
public sealed record Decision(Guid Id, DecisionSubject Subject, Digest Evidence, ImmutableArray<GateResult> Results, DecisionOutcome Outcome, DateTimeOffset Time)
{
    /// <summary>Of a shadow or an experiment: how the candidate compares, with all that this was judged by.</summary>
    public ComparisonRecord? Comparison { get; init; }

    /// <summary>The answer in words: what stopped it, what warned, what could not be decided, else that all passed.</summary>
    public string Words => string.Join(' ', Comparison is null ? Told : [Comparison.Judgement.Words, .. Told]);

    private IEnumerable<string> Told => Comparison is not null && Results.Length == 0 ? [] : Results.Where(result => result.Verdict != GateVerdict.Pass)
        .OrderBy(result => !result.Stops).ThenBy(result => result.Verdict == GateVerdict.Undecided).Select(result => result.Words)
        .DefaultIfEmpty(Results.Length == 0 ? "Nothing was asked." : $"All of {Results.Length} passed: {string.Join(", ", Results.Select(result => result.Gate.Name))}.");

    /// <summary>Holds evidence against all gates.</summary>
    public static Decision Make(Guid id, DecisionSubject subject, Evidence evidence, IReadOnlyList<Gate> gates, DateTimeOffset now, ComparisonRecord? comparison = null)
    {
        ImmutableArray<GateResult> results = [.. gates.Select(gate => gate.Judge(evidence))];
        return new(id, subject, evidence.Hash, results, comparison is null ? Weigh(subject.Stage, results) : Weigh(comparison, results), now) { Comparison = comparison };
    }

    /// <summary>Decides again, by the gates of the record.</summary>
    public Decision Recompute(Evidence evidence) => Recompute(evidence, [.. Results.Select(result => result.Gate)]);

    /// <summary>Decides again. From the evidence of the record and its gates comes the same.</summary>
    public Decision Recompute(Evidence evidence, IReadOnlyList<Gate> gates) => Make(Id, Subject, evidence, gates, Time, Comparison?.Judge(Time));

    /// <summary>Whether two decisions come to the same, on the same evidence, by the same rules.</summary>
    public bool Agrees(Decision other) => Evidence == other.Evidence && Outcome == other.Outcome && Results.SequenceEqual(other.Results)
        && Comparison?.Judgement == other.Comparison?.Judgement;

    // A guardrail that cannot be decided does not send callers back: too little data is no harm done.
    private static DecisionOutcome Weigh(DecisionStage stage, ImmutableArray<GateResult> results) =>
        results.Any(result => result.Stops && (stage == DecisionStage.Validation || result.Verdict == GateVerdict.Fail)) ? DecisionOutcome.Stop
        : results.Any(result => result.Gate.Name == ReleaseRows && result.Verdict != GateVerdict.Pass) ? DecisionOutcome.Hold
        : DecisionOutcome.Proceed;

    // While a comparison goes on, a gate that fails ends it once there are rows enough, and one that cannot be decided waits with it.
    private static DecisionOutcome Weigh(ComparisonRecord comparison, ImmutableArray<GateResult> results) =>
        comparison.Judgement.Accepted == false || (comparison.HasEnough && results.Any(result => result.Stops && result.Verdict == GateVerdict.Fail)) ? DecisionOutcome.Stop
        : comparison.Judgement.Accepted == true && !results.Any(result => result.Stops) ? DecisionOutcome.Proceed
        : DecisionOutcome.Hold;

    /// <summary>The name of the gate that asks for a step's least rows; unmet it holds the step and stops nothing.</summary>
    public const string ReleaseRows = "release-rows";

    /// <summary>What is asked of a release while it bakes: the guardrails, and the least rows of a step (which blue/green, that nobody meets by chance, has not).</summary>
    public static IReadOnlyList<Gate> ReleaseGates(RolloutPolicy policy) => policy.Release.MinimumRows == 0 || policy.Release.Strategy == ReleaseStrategy.BlueGreen ? WatchGates(policy)
        : [.. WatchGates(policy), new(ReleaseRows, new() { Expression = $"release.rows >= {policy.Release.MinimumRows}", Severity = GateSeverity.Warn })];

    /// <summary>What is asked of a shadow beside its comparison.</summary>
    public static IReadOnlyList<Gate> ShadowGates(RolloutPolicy policy) => Gate.All(policy.Shadow.InForce);

    /// <summary>What is asked of a new champion: the guardrails.</summary>
    public static IReadOnlyList<Gate> WatchGates(RolloutPolicy policy) => Gate.All(policy.GuardrailsInForce);
}

/// <summary>What a decision is about.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Rollout">The rollout's id.</param>
/// <param name="Stage">What it decides.</param>
/// <param name="Policy">The policy's version; 0 for the default.</param>
public sealed record DecisionSubject(string Model, int Version, Guid Rollout, DecisionStage Stage, int Policy);

/// <summary>What a decision decides.</summary>
public enum DecisionStage
{
    /// <summary>Whether a candidate may see traffic.</summary>
    Validation,
    /// <summary>Whether a shadow may meet callers.</summary>
    Shadow,
    /// <summary>Whether an experiment on callers is decided.</summary>
    Trial,
    /// <summary>Whether callers stay with a candidate.</summary>
    Release,
    /// <summary>Whether callers stay with a new champion.</summary>
    Watch,
}

/// <summary>What follows from a decision.</summary>
public enum DecisionOutcome
{
    /// <summary>It goes on.</summary>
    Proceed,
    /// <summary>It is waited for more.</summary>
    Hold,
    /// <summary>It ends here.</summary>
    Stop,
}
