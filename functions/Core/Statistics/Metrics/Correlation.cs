namespace Serverless.Core.Statistics;

/// <summary>Correlations of two columns; null when one of them is constant or shorter than two.</summary>
public static class Correlation
{
    /// <summary>Σ(x−x̄)(y−ȳ) / √(Σ(x−x̄)²·Σ(y−ȳ)²) (Pearson 1895).</summary>
    public static double? Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Require.SameLength(x.Length, y.Length, nameof(y));
        double meanX = Mean(x), meanY = Mean(y), xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }
        return xx == 0 || yy == 0 ? null : Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1);
    }

    /// <summary>Pearson's correlation of mid-ranks (Spearman 1904).</summary>
    public static double? Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Require.SameLength(x.Length, y.Length, nameof(y));
        return Pearson(MidRanks(x), MidRanks(y));
    }

    /// <summary>τ-b: (concordant − discordant) / √((pairs − ties in x)(pairs − ties in y)), in O(n log n).</summary>
    /// <remarks>Kendall 1945; Knight, JASA 61 (1966).</remarks>
    public static double? Kendall(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Require.SameLength(x.Length, y.Length, nameof(y));
        var (a, b) = (x.ToArray(), y.ToArray());
        int[] order = [.. Enumerable.Range(0, a.Length).OrderBy(i => a[i]).ThenBy(i => b[i])];
        double[] second = [.. order.Select(i => b[i])];
        var both = Ties([.. order.Select(i => (a[i], b[i]))]);
        var inX = Ties([.. order.Select(i => a[i])]);
        var swaps = Inversions(second, new double[second.Length]);
        var inY = Ties(second);
        var pairs = a.Length * (a.Length - 1.0) / 2;
        var margin = Math.Sqrt(pairs - inX) * Math.Sqrt(pairs - inY);
        return margin == 0 || a.Length < 2 ? null : Math.Clamp((pairs - inX - inY + both - 2 * swaps) / margin, -1, 1);
    }

    /// <summary>Ranks from 1, equal values sharing their mean.</summary>
    internal static double[] MidRanks(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        int[] rows = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, rows);
        var ranks = new double[sorted.Length];
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start]; end++) ;
            for (var i = start; i < end; i++)
                ranks[rows[i]] = (start + end + 1) / 2.0;
        }
        return ranks;
    }

    private static double Ties<T>(T[] sorted) where T : IEquatable<T>
    {
        double ties = 0;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end].Equals(sorted[start]); end++) ;
            ties += (end - start) * (end - start - 1.0) / 2;
        }
        return ties;
    }

    /// <summary>Merge sort that counts how many pairs stood the wrong way round.</summary>
    private static double Inversions(Span<double> values, Span<double> scratch)
    {
        if (values.Length < 2)
            return 0;
        var middle = values.Length / 2;
        var count = Inversions(values[..middle], scratch[..middle]) + Inversions(values[middle..], scratch[middle..]);
        for (int i = 0, left = 0, right = middle; i < values.Length; i++)
        {
            if (right < values.Length && (left == middle || values[right] < values[left]))
            {
                count += middle - left;
                scratch[i] = values[right++];
            }
            else
            {
                scratch[i] = values[left++];
            }
        }
        scratch.CopyTo(values);
        return count;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum / values.Length;
    }
}
