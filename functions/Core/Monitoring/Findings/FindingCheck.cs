namespace Serverless.Core.Monitoring;

/// <summary>One thing that was looked at, with its evidence.</summary>
/// <param name="Subject">A column's name, or a figure's: <c>age</c>, <c>latency.p99</c>, <c>rows</c>.</param>
/// <param name="Check">What was asked: <c>drift</c>, <c>missing</c>, <c>range</c>, <c>unseen</c>, <c>freshness</c> …</param>
/// <param name="Segment">The part of the rows, <c>country=DE</c> or <c>version 2</c>, or null for all of the version with the most.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Words">The answer in words, with the figures.</param>
public sealed record FindingCheck(string Subject, string Check, string? Segment, FindingVerdict Verdict, string Words)
{
    /// <summary>The figure that was judged: a statistic, a share, a quantile. Series of it are drawn.</summary>
    public double? Value { get; init; }

    /// <summary>The bound of <see cref="Value"/>, where there is a plain one.</summary>
    public double? Threshold { get; init; }

    /// <summary>The test's statistic, where there was one.</summary>
    public double? Statistic { get; init; }

    /// <summary>The test's name, where there was one.</summary>
    public string? Method { get; init; }

    /// <summary>The test's p-value.</summary>
    public double? PValue { get; init; }

    /// <summary>The p-value corrected over the whole scan.</summary>
    public double? AdjustedPValue { get; init; }

    /// <summary>The size of the change, in the method's measure; it does not grow with the rows.</summary>
    public double? Effect { get; init; }

    /// <summary>From which effect on the change matters.</summary>
    public double? RelevantEffect { get; init; }

    /// <summary>Values on the reference's side.</summary>
    public long ReferenceSize { get; init; }

    /// <summary>Values on the window's side.</summary>
    public long CurrentSize { get; init; }

    /// <summary>Both sides in the same bins; null where there is nothing to draw.</summary>
    public HistogramPair? Histograms { get; init; }

    /// <summary>The same quantiles of both sides; null for labels.</summary>
    public QuantilePair? Quantiles { get; init; }
}
