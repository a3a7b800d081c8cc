using Serverless.Core.Statistics;

namespace Serverless.Core.Rollout;

/// <summary>What a shadow's comparison remembers. Tallies of several instances or files merge.</summary>
/// <param name="Agreed">Rows answered alike.</param>
/// <param name="Differed">Rows answered otherwise.</param>
/// <param name="Correct">Of rows with a label: who was right.</param>
/// <param name="Losses">Of rows with a number as label: the champion's loss less the candidate's, so that larger is better.</param>
/// <param name="Scores">The candidate's score less the champion's.</param>
/// <param name="Dropped">Rows that no shadow answered, for want of room.</param>
public readonly record struct ShadowTally(long Agreed, long Differed, PairedCounts Correct, Moments Losses, Moments Scores, long Dropped)
{
    /// <summary>Rows compared.</summary>
    public long Rows => Agreed + Differed;

    /// <summary>Rows with a label.</summary>
    public long Labelled => Correct.Rows + Losses.Count;

    /// <summary>Both sets of rows.</summary>
    public ShadowTally Merge(ShadowTally other) => new(Agreed + other.Agreed, Differed + other.Differed, Correct.Merge(other.Correct),
        Losses.Merge(other.Losses), Scores.Merge(other.Scores), Dropped + other.Dropped);

    /// <summary>The figures, for gates and for the record.</summary>
    public Evidence Evidence(ShadowPolicy policy, DateTimeOffset since, DateTimeOffset now)
    {
        const string source = "shadow";
        var alpha = 1 - policy.Confidence;
        var figures = new Dictionary<string, Figure>
        {
            ["shadow.rows"] = Figure.Of(Rows, Rows, source),
            ["shadow.labelled"] = Figure.Of(Labelled, Labelled, source),
            ["shadow.days"] = Figure.Of(ShadowJudge.WholeDays(since, now), Rows, source),
        };
        if (Rows + Dropped > 0) figures["shadow.dropped"] = Figure.Of((double)Dropped / (Rows + Dropped), Rows + Dropped, source);
        if (Rows > 0) figures["shadow.agreement"] = new((double)Agreed / Rows, SequentialProportion.Interval(Agreed, Differed, alpha), Rows, source);
        if (Correct.Rows > 0) figures["shadow.correct.difference"] = new(Correct.Difference, Correct.Interval(alpha), Correct.Rows, source);
        if (Losses.Count > 0) figures["shadow.loss.difference"] = new(Losses.Mean, Sequence(Losses, policy.Margin, alpha), Losses.Count, source);
        if (Scores.Count > 0) figures["shadow.score.difference"] = new(Scores.Mean, Sequence(Scores, policy.Margin, alpha), Scores.Count, source);
        return new(figures);
    }

    /// <summary>The mean's confidence sequence; null before its variance can be relied on.</summary>
    /// <remarks>Asymptotic: see <see cref="NormalMixture"/>. Tuned to effects of the margin's size.</remarks>
    internal static ConfidenceInterval? Sequence(Moments moments, double margin, double alpha) =>
        moments.Count >= BurnIn && moments.Variance is > 0 and var variance
            ? NormalMixture.Interval(moments.Mean, Math.Sqrt(variance / moments.Count), Math.Max(margin, 1e-6), alpha)
            : null;

    private const int BurnIn = 200;
}
