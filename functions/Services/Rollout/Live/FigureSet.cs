using Serverless.Core.Rollout;
using Serverless.Core.Statistics;

namespace Serverless.Services.Rollout.Live;

/// <summary>Figures by name as they are found; what the rows do not tell is left out.</summary>
internal sealed class FigureSet(string source)
{
    /// <summary>Of intervals. They hold for one look.</summary>
    public const double Level = 0.95;

    private readonly Dictionary<string, Figure> figures = new(StringComparer.Ordinal);

    public Evidence Evidence => new(figures);

    public void Add(string name, double? value, long rows, ConfidenceInterval? interval = null)
    {
        if (value is { } number && double.IsFinite(number)) figures[name] = new(number, interval, rows, source);
    }

    public void AddShare(string name, long part, long whole)
    {
        if (whole > 0) Add(name, (double)part / whole, whole, Intervals.Wilson(part, whole, Level));
    }

    public void AddMean(string name, Moments moments)
    {
        if (moments.Count > 0)
            Add(name, moments.Mean, moments.Count, moments.Variance is { } variance ? Intervals.Student(moments.Mean, Math.Sqrt(variance / moments.Count), moments.Count - 1, Level) : null);
    }

    /// <summary>A share less another one, with Newcombe's interval.</summary>
    public void AddDifference(string name, (long Part, long Whole) left, (long Part, long Whole) right)
    {
        if (left.Whole == 0 || right.Whole == 0) return;
        Add(name, (double)left.Part / left.Whole - (double)right.Part / right.Whole, Math.Min(left.Whole, right.Whole),
            TwoProportions.Difference(left.Part, left.Whole, right.Part, right.Whole, Level));
    }

    /// <summary>A mean less another one, with Welch's interval.</summary>
    public void AddDifference(string name, Moments left, Moments right)
    {
        if (left.Count > 0 && right.Count > 0) Add(name, left.Mean - right.Mean, Math.Min(left.Count, right.Count), WelchT.Difference(left, right, Level));
    }

    /// <summary>Percentiles by those of the reference.</summary>
    public void AddRatios(string name, LatencyCounts latency, LatencyCounts reference)
    {
        foreach (var (percentile, share) in Percentiles)
            if (latency.Quantile(share) is { } now && reference.Quantile(share) is > 0 and var usual)
                Add($"{name}.{percentile}.ratio", now / usual, Math.Min(latency.Count, reference.Count), Ratio(latency.Interval(share, EachZ), reference.Interval(share, EachZ)));
    }

    // Both hold at once with the level, each with half of what is left to error.
    private static ConfidenceInterval? Ratio((double Low, double High)? now, (double Low, double High)? usual) =>
        now is { } left && usual is { Low: > 0 } right ? new(left.Low / right.High, left.High / right.Low, Level, IntervalMethod.OrderStatistics) : null;

    // Of 1 − 0.05/4.
    private const double EachZ = 2.241402727604947;

    public void AddPercentiles(string name, LatencyCounts latency)
    {
        foreach (var (percentile, share) in Percentiles) Add($"{name}.{percentile}", latency.Quantile(share), latency.Count);
    }

    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];
}
