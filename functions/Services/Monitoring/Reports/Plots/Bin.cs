using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports.Plots;

/// <summary>One bin of a histogram of numbers.</summary>
/// <param name="From">Its lower bound.</param>
/// <param name="To">Its upper bound.</param>
/// <param name="Reference">The share of the reference in it.</param>
/// <param name="Current">The share of the window in it.</param>
internal readonly record struct Bin(double From, double To, double Reference, double Current)
{
    /// <summary>How wide it is; never 0.</summary>
    public double Width => Math.Max(To - From, double.Epsilon * 1e16);

    /// <summary>The bins of a pair whose bounds are numbers. A bin without width, of a constant column, gets some.</summary>
    public static IReadOnlyList<Bin> Of(HistogramPair pair)
    {
        var (reference, current) = (Shares(pair.Reference), Shares(pair.Current));
        var count = Math.Min(pair.Edges.Count - 1, Math.Min(reference.Count, current.Count));
        return Joined([.. Enumerable.Range(0, Math.Max(0, count)).Where(k => double.IsFinite(pair.Edges[k]) && double.IsFinite(pair.Edges[k + 1])).Select(k => Wide(pair.Edges[k], pair.Edges[k + 1], reference[k], current[k]))]);
    }

    /// <summary>What of the axis is shown: the outermost bins reach to the extremes, and of one that is far wider than its neighbour only the beginning is drawn.</summary>
    public static double[] Shown(IReadOnlyList<Bin> bins)
    {
        if (bins.Count < 3) return [.. bins.SelectMany(bin => new[] { bin.From, bin.To })];
        double first = bins[1].Width, last = bins[^2].Width;
        return [Math.Max(bins[0].From, bins[0].To - 2 * first), Math.Min(bins[^1].To, bins[^1].From + 2 * last)];
    }

    /// <summary>Counts as shares of their sum; what is no number counts nothing.</summary>
    public static IReadOnlyList<double> Shares(IReadOnlyList<double> counts)
    {
        var finite = counts.Select(count => double.IsFinite(count) && count > 0 ? count : 0).ToArray();
        var all = finite.Sum();
        return [.. finite.Select(count => all > 0 ? count / all : 0)];
    }

    /// <summary>The outermost bins may be slivers, whose few rows would tower over everything; they go to their neighbours.</summary>
    private static IReadOnlyList<Bin> Joined(IReadOnlyList<Bin> bins)
    {
        if (bins.Count > 2 && bins[0].Width < bins[1].Width / 2) bins = [Both(bins[0], bins[1]), .. bins.Skip(2)];
        if (bins.Count > 2 && bins[^1].Width < bins[^2].Width / 2) bins = [.. bins.Take(bins.Count - 2), Both(bins[^2], bins[^1])];
        return bins;
    }

    private static Bin Both(Bin left, Bin right) => new(left.From, right.To, left.Reference + right.Reference, left.Current + right.Current);

    private static Bin Wide(double from, double to, double reference, double current)
    {
        var room = to > from ? 0 : Math.Max(Math.Abs(from) * 0.01, 0.01);
        return new(from - room, to + room, reference, current);
    }
}
