namespace Serverless.Core.Rollout;

/// <summary>What a schema cannot say of a rollout's policy: expressions, durations, and what contradicts itself.</summary>
public static class RolloutRules
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>Every contradiction, as <c>pointer: what is wrong</c>; empty when there is none.</summary>
    /// <param name="policy">What is checked.</param>
    /// <param name="at">The pointer of the policy in its document.</param>
    public static IReadOnlyList<string> Breaches(RolloutPolicy policy, string at = "/rollout") =>
    [
        .. policy.Validation.Gates.SelectMany(gate => Gate($"{at}/validation/gates/{gate.Key}", gate.Value)),
        .. policy.Shadow.Gates.SelectMany(gate => Gate($"{at}/shadow/gates/{gate.Key}", gate.Value)),
        .. policy.Guardrails.SelectMany(gate => Gate($"{at}/guardrails/{gate.Key}", gate.Value)),
        .. If(policy.Guardrails.ContainsKey(Decision.ReleaseRows), $"{at}/guardrails/{Decision.ReleaseRows}", "this name is the suite's; a step's least rows are release.minimumRows"),
        .. Length($"{at}/validation/timeLimit", policy.Validation.TimeLimit, TimeSpan.FromMinutes(1)),
        .. Shadow($"{at}/shadow", policy.Shadow),
        .. Release($"{at}/release", policy.Release),
        .. Approvals($"{at}/approvals", policy.Approvals),
        .. policy.External.SelectMany(gate => Length($"{at}/external/{gate.Key}/timeLimit", gate.Value.TimeLimit, TimeSpan.FromSeconds(1))),
        .. Length($"{at}/watch", policy.Watch, TimeSpan.Zero),
        .. Length($"{at}/retirement", policy.Retirement, TimeSpan.Zero),
        .. Length($"{at}/pauseLimit", policy.PauseLimit, TimeSpan.FromMinutes(1)),
        .. If(policy.Retirement < policy.Watch, $"{at}/retirement", $"the former champion is let go after {policy.Retirement}, while the new one is watched for {policy.Watch}: there would be nobody to go back to"),
    ];

    private static IEnumerable<string> Gate(string at, GatePolicy gate)
    {
        if (!gate.Enabled) return [];
        if (gate.Expression is null == gate.Test is null) return [$"{at}: a gate has either an expression or a test"];
        return gate.Test is { } test
            ? [.. Name($"{at}/test/figure", test.Figure), .. Margin($"{at}/test", test.Margin), .. Confidence($"{at}/test", test.Confidence)]
            : Condition($"{at}/expression", gate.Expression!);
    }

    private static IEnumerable<string> Shadow(string at, ShadowPolicy shadow) =>
    [
        .. Share($"{at}/share", shadow.Share, above: 0, most: 1),
        .. If(shadow.Challengers < 1, $"{at}/challengers", "at least 1 may shadow"),
        .. If(shadow.MinimumRows < 1, $"{at}/minimumRows", "at least 1 row is needed"),
        .. If(shadow.MinimumDays < 0, $"{at}/minimumDays", "days are not negative"),
        .. Length($"{at}/deadline", shadow.Deadline, TimeSpan.FromMinutes(1)),
        .. If(shadow.Deadline < TimeSpan.FromDays(Math.Clamp(shadow.MinimumDays, 0, 365)), $"{at}/deadline", $"no verdict comes before {shadow.MinimumDays} days, and the stage ends after {shadow.Deadline}"),
        .. If(shadow is { Basis: ShadowBasis.Agreement, Accept: TestKind.Superior }, $"{at}/accept", "agreement can show that a candidate is not inferior, never that it is superior; ask for labels"),
        .. Margin(at, shadow.Margin),
        .. If(shadow is { Accept: TestKind.NonInferior, Margin: 0 }, $"{at}/margin", "a margin of 0 is superiority; say so in accept"),
        .. Confidence(at, shadow.Confidence),
    ];

    private static IEnumerable<string> Release(string at, ReleasePolicy release) =>
    [
        .. release.Strategy is ReleaseStrategy.Canary or ReleaseStrategy.Linear ? Share($"{at}/stepSize", release.StepSize, above: 0, most: 0.99) : [],
        .. If(release is { Strategy: ReleaseStrategy.Linear, StepSize: > 0 and < 0.01 }, $"{at}/stepSize", "a linear release has at most 100 steps"),
        .. release.Strategy == ReleaseStrategy.Steps ? Steps($"{at}/steps", release.Steps)
            : If(release.Steps.Count > 0, $"{at}/steps", $"steps are listed, and the strategy is {Camel(release.Strategy)}"),
        .. Length($"{at}/bakingTime", release.BakingTime, TimeSpan.Zero),
        .. If(release.MinimumRows < 0, $"{at}/minimumRows", "rows are not negative"),
        .. Length($"{at}/deadline", release.Deadline, TimeSpan.FromMinutes(1)),
        .. release.IsTrial ? Trial($"{at}/trial", release.Strategy, release.Trial) : [],
    ];

    private static IEnumerable<string> Steps(string at, IReadOnlyList<ReleaseStep> steps)
    {
        if (steps.Count is 0 or > 100) yield return $"{at}: 1 to 100 steps are listed";
        for (var step = 0; step < steps.Count; step++)
        {
            foreach (var breach in Share($"{at}/{step}/share", steps[step].Share, above: 0, most: 1)) yield return breach;
            if (step > 0 && steps[step].Share <= steps[step - 1].Share) yield return $"{at}/{step}/share: shares rise, and {steps[step].Share} follows {steps[step - 1].Share}";
            if (steps[step].BakingTime is { } baking)
                foreach (var breach in Length($"{at}/{step}/bakingTime", baking, TimeSpan.Zero)) yield return breach;
        }
    }

    private static IEnumerable<string> Trial(string at, ReleaseStrategy strategy, TrialPolicy trial) =>
    [
        .. If(trial.Outcome.Length == 0, $"{at}/outcome", "an experiment names the outcome that decides"),
        .. strategy == ReleaseStrategy.Ab ? Share($"{at}/share", trial.Share, above: 0, most: 0.99) : Share($"{at}/floor", trial.Floor, above: 0, most: 0.5),
        .. Length($"{at}/every", trial.Every, TimeSpan.FromSeconds(10)),
        .. If(strategy == ReleaseStrategy.Bandit && trial.Every > trial.Duration, $"{at}/every", "the split would never be drawn anew"),
        .. If(trial.MinimumRows < 1, $"{at}/minimumRows", "at least 1 row is needed"),
        .. Length($"{at}/duration", trial.Duration, TimeSpan.FromMinutes(1)),
        .. Margin(at, trial.Margin),
        .. Confidence(at, trial.Confidence),
    ];

    private static IEnumerable<string> Approvals(string at, ApprovalPolicy approvals)
    {
        var (needed, given) = ((int)approvals.Required, approvals.Approvers.Distinct(StringComparer.Ordinal).Count());
        return
        [
            .. If(given > 0 && given < needed, $"{at}/approvers", $"{needed} persons must agree, and {given} may"),
            .. If(approvals.Approvers.Any(string.IsNullOrWhiteSpace), $"{at}/approvers", "a name is empty"),
            .. Length($"{at}/timeLimit", approvals.TimeLimit, TimeSpan.FromMinutes(1)),
        ];
    }

    private static IEnumerable<string> Condition(string at, string text)
    {
        try
        {
            Expression.Parse(text);
            return [];
        }
        catch (ExpressionException e)
        {
            return [$"{at}: {e.Message}"];
        }
    }

    private static IEnumerable<string> Name(string at, string name) => EvidenceCatalogue.Problem(name) is { } problem ? [$"{at}: {problem}"] : [];

    private static IEnumerable<string> Margin(string at, double margin) => If(!(margin is >= 0 and < 1), $"{at}/margin", $"{margin} is not from 0 to below 1");

    private static IEnumerable<string> Confidence(string at, double confidence) => If(!(confidence is >= 0.5 and < 1), $"{at}/confidence", $"{confidence} is not from 0.5 to below 1");

    private static IEnumerable<string> Share(string at, double share, double above, double most) => If(!(share > above && share <= most), at, $"{share} is not above {above} and up to {most}");

    private static IEnumerable<string> Length(string at, TimeSpan value, TimeSpan least) => If(value < least || value > Longest, at, $"{value} is outside {least} to {Longest}");

    private static IEnumerable<string> If(bool wrong, string at, string what) => wrong ? [$"{at}: {what}"] : [];

    private static string Camel(ReleaseStrategy strategy) => $"{char.ToLowerInvariant(strategy.ToString()[0])}{strategy.ToString()[1..]}";
}
