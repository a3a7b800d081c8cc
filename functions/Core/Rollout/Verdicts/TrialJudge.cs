using System.Globalization;
using Serverless.Core.Statistics;

namespace Serverless.Core.Rollout;

/// <summary>Whether an experiment on callers is decided.</summary>
/// <remarks>
/// A/B: decided at the end by the interval of the difference (<see cref="TwoProportions.Difference"/>), before that only if the candidate is worse by a confidence sequence,
/// which costs the end's error rate nothing, as it promotes nobody.
/// Bandit: at any time, by a confidence sequence for each side at half the error rate (Robbins 1970): within a side rows are alike whatever decided who gets them,
/// so a split that follows the results does not spoil it.
/// </remarks>
public static class TrialJudge
{
    /// <summary>The verdict now.</summary>
    public static ComparisonJudgement Judge(ArmCounts champion, ArmCounts candidate, ReleasePolicy release, TimeSpan elapsed)
    {
        var trial = release.Trial;
        var (ended, enough) = (elapsed >= trial.Duration, Math.Min(champion.Rows, candidate.Rows) >= trial.MinimumRows);
        var interval = ended && release.Strategy == ReleaseStrategy.Ab && Math.Min(champion.Rows, candidate.Rows) > 0
            ? TwoProportions.Difference(candidate.Successes, candidate.Rows, champion.Successes, champion.Rows, trial.Confidence)
            : Sequence(champion, candidate, 1 - trial.Confidence);
        var verdict = enough ? ComparisonJudgement.Of(interval, trial.Margin) : ComparisonVerdict.Undecided;
        var accepted = ShadowJudge.Accepted(verdict, trial.Accept);
        if (!ended && release.Strategy == ReleaseStrategy.Ab && verdict != ComparisonVerdict.Worse) accepted = null;
        return new(verdict, ended ? accepted ?? false : accepted, Words(verdict, trial, interval, champion, candidate, ended));
    }

    /// <summary>The candidate's rate less the champion's: holds at every look.</summary>
    public static ConfidenceInterval Sequence(ArmCounts champion, ArmCounts candidate, double alpha) => BoundedMean.Difference(
        SequentialProportion.Interval(candidate.Successes, candidate.Failures, alpha / 2), SequentialProportion.Interval(champion.Successes, champion.Failures, alpha / 2));

    private static string Words(ComparisonVerdict verdict, TrialPolicy trial, ConfidenceInterval interval, ArmCounts champion, ArmCounts candidate, bool ended)
    {
        var state = verdict switch
        {
            ComparisonVerdict.Better => "better",
            ComparisonVerdict.NonInferior => $"not inferior by more than {GateResult.Number(trial.Margin)}",
            ComparisonVerdict.Worse => "worse",
            ComparisonVerdict.Undecided => ended ? "not shown to be better or worse" : "not known yet to be better or worse",
        };
        return string.Create(CultureInfo.InvariantCulture,
            $"By {trial.Outcome} the candidate is {state}: {Shown(candidate)} against {Shown(champion)}, difference {interval.Low:0.####} to {interval.High:0.####} ({100 * interval.Level:0.#} %).");
    }

    private static string Shown(ArmCounts arm) => string.Create(CultureInfo.InvariantCulture, $"{arm.Successes} of {arm.Rows}");
}
