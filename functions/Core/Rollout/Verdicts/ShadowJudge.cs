using System.Globalization;
using Serverless.Core.Statistics;

namespace Serverless.Core.Rollout;

/// <summary>Whether a shadow is better than the champion, not inferior, worse, or not yet known; may be asked at any time, any number of times.</summary>
/// <remarks>
/// A candidate that does not deserve it is accepted with a probability of at most α = 1 − confidence over all looks: half of α is spent on labels, half on agreement.
/// Agreement shows non-inferiority by itself: two models that disagree on a share p of the rows differ in accuracy by p at most.
/// Labels always decide in the end: an interval narrower than the margin lies above −margin or below 0.
/// </remarks>
public static class ShadowJudge
{
    /// <summary>The verdict now.</summary>
    public static ComparisonJudgement Judge(ShadowTally tally, ShadowPolicy policy, DateTimeOffset since, DateTimeOffset now)
    {
        var verdict = Labels(tally, policy);
        if (verdict == ComparisonVerdict.Undecided) verdict = Agreement(tally, policy);
        var days = WholeDays(since, now);
        var waits = verdict is ComparisonVerdict.Better or ComparisonVerdict.NonInferior && days < policy.MinimumDays;
        return new(verdict, waits ? null : Accepted(verdict, policy.Accept), Words(verdict, tally, policy, days));
    }

    /// <summary>Whole days between.</summary>
    public static int WholeDays(DateTimeOffset since, DateTimeOffset now) => Math.Max(0, (now - since).Days);

    internal static bool? Accepted(ComparisonVerdict verdict, TestKind accept) => verdict switch
    {
        ComparisonVerdict.Better => true,
        ComparisonVerdict.NonInferior => accept == TestKind.NonInferior ? true : null,
        ComparisonVerdict.Worse => false,
        ComparisonVerdict.Undecided => null,
    };

    private static ComparisonVerdict Labels(ShadowTally tally, ShadowPolicy policy)
    {
        if (policy.Basis == ShadowBasis.Agreement || tally.Labelled < policy.MinimumRows) return ComparisonVerdict.Undecided;
        var alpha = 1 - policy.Confidence;
        if (tally.Correct.Rows == 0) return ComparisonJudgement.Of(ShadowTally.Sequence(tally.Losses, policy.Margin, alpha), policy.Margin);
        return tally.Correct.ShowsAbove(0, alpha) ? ComparisonVerdict.Better
            : policy.Margin > 0 && tally.Correct.ShowsAbove(-policy.Margin, alpha) ? ComparisonVerdict.NonInferior
            : tally.Correct.ShowsBelow(0, alpha) ? ComparisonVerdict.Worse
            : ComparisonVerdict.Undecided;
    }

    private static ComparisonVerdict Agreement(ShadowTally tally, ShadowPolicy policy)
    {
        if (policy.Basis == ShadowBasis.Labels || tally.Rows < policy.MinimumRows || policy.Margin is not (> 0 and < 1)) return ComparisonVerdict.Undecided;
        var above = tally.Agreed > (1 - policy.Margin) * tally.Rows;
        return above && SequentialProportion.LogEvidence(tally.Agreed, tally.Differed, 1 - policy.Margin) >= Math.Log(2 / (1 - policy.Confidence))
            ? ComparisonVerdict.NonInferior : ComparisonVerdict.Undecided;
    }

    private static string Words(ComparisonVerdict verdict, ShadowTally tally, ShadowPolicy policy, int days)
    {
        var state = verdict switch
        {
            ComparisonVerdict.Better => "The candidate is better",
            ComparisonVerdict.NonInferior => $"The candidate is not inferior by more than {GateResult.Number(policy.Margin)}",
            ComparisonVerdict.Worse => "The candidate is worse",
            ComparisonVerdict.Undecided => "Nothing is decided",
        };
        return string.Create(CultureInfo.InvariantCulture,
            $"{state}: {tally.Labelled} rows with labels{Shown(tally.Correct)}, {tally.Rows} answers compared{(tally.Rows > 0 ? $", {100.0 * tally.Agreed / tally.Rows:0.##} % alike" : "")}, {days} of at least {policy.MinimumDays} days, at least {policy.MinimumRows} rows.");
    }

    private static string Shown(PairedCounts counts) => counts.Rows == 0 ? ""
        : string.Create(CultureInfo.InvariantCulture, $" (right where the champion was wrong {counts.Better}, wrong where it was right {counts.Worse})");
}
