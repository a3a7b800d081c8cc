namespace Serverless.Core.Statistics;

/// <summary>Inner edges of bins, and counts between them: bin i holds edge(i−1) &lt; x ≤ edge(i), the outer bins are open.</summary>
public static class Bins
{
    /// <summary>The distinct linear quantiles k/bins of a sorted sample.</summary>
    public static double[] QuantileEdges(ReadOnlySpan<double> sorted, int bins)
    {
        var edges = new List<double>(bins);
        for (var k = 1; k < bins; k++)
        {
            var edge = Quantile(sorted, (double)k / bins);
            if (edges.Count == 0 || edge != edges[^1])
                edges.Add(edge);
        }
        return [.. edges];
    }

    /// <summary>Equal widths between the least and the largest value of a sorted sample; no edge at all for a constant.</summary>
    public static double[] EqualWidthEdges(ReadOnlySpan<double> sorted, int bins)
    {
        if (sorted[0] == sorted[^1])
            return [];
        var edges = new double[bins - 1];
        double low = sorted[0], step = (sorted[^1] / bins) - (low / bins);
        for (var k = 1; k < bins; k++)
            edges[k - 1] = low + (k * step);
        return edges;
    }

    /// <summary>Counts a sorted sample by binary search: O(bins log n).</summary>
    public static void Count(ReadOnlySpan<double> sorted, ReadOnlySpan<double> edges, Span<double> counts)
    {
        Require.SameLength(edges.Length + 1, counts.Length, nameof(counts));
        var before = 0;
        for (var i = 0; i < edges.Length; i++)
        {
            var upTo = AtOrBelow(sorted, edges[i]);
            counts[i] = upTo - before;
            before = upTo;
        }
        counts[^1] = sorted.Length - before;
    }

    /// <summary>The linear quantile of a sorted sample (Hyndman and Fan's type 7).</summary>
    public static double Quantile(ReadOnlySpan<double> sorted, double q)
    {
        Require.Within(q, 0, 1, nameof(q));
        double position = q * (sorted.Length - 1), floor = Math.Floor(position), t = position - floor;
        double low = sorted[(int)floor], high = sorted[Math.Min((int)floor + 1, sorted.Length - 1)];
        // From the nearer end, as NumPy does, so that edges agree to the last bit.
        return t >= 0.5 ? high - ((high - low) * (1 - t)) : low + ((high - low) * t);
    }

    private static int AtOrBelow(ReadOnlySpan<double> sorted, double edge)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] <= edge)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
