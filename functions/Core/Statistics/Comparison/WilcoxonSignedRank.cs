namespace Serverless.Core.Statistics;

/// <summary>Wilcoxon's signed-rank test of paired figures: whether differences lie as much above 0 as below. Statistic: the smaller of the rank sums of both signs.</summary>
/// <remarks>Wilcoxon, Biometrics Bulletin 1 (1945). Pairs without a difference are left out; equal differences share their mean rank, and the exact law is that of the shared ranks.</remarks>
public static class WilcoxonSignedRank
{
    /// <summary>Up to so many pairs that differ the law is exact, beyond normal with the correction for ties.</summary>
    public const int ExactPairs = 50;

    /// <summary>Two-sided. Without a pair that differs p = 1.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or the sides are not equally long.</exception>
    public static PairedResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var all = PairedComparison.Differences(first, second);
        double[] d = [.. all.Where(x => x != 0)];
        // Doubled, so that shared ranks are whole.
        int[] ranks = [.. Correlation.MidRanks([.. d.Select(Math.Abs)]).Select(rank => (int)Math.Round(2 * rank))];
        long above = d.Zip(ranks).Where(pair => pair.First > 0).Sum(pair => (long)pair.Second), total = ranks.Sum(rank => (long)rank);
        var smaller = Math.Min(above, total - above);
        var exact = d.Length <= ExactPairs;
        var p = Math.Min(1, exact ? 2 * Lower(ranks, smaller) : Normal(ranks, smaller, total));
        var mean = all.Length == 0 ? (double?)null : all.Average();
        return new(exact ? ComparisonMethod.WilcoxonExact : ComparisonMethod.WilcoxonAsymptotic, mean, smaller / 2.0, p, null, all.Length);
    }

    /// <summary>P(sum of ranks of random signs ≤ the given), sign by sign.</summary>
    private static double Lower(int[] ranks, long sum)
    {
        var shares = new double[sum + 1];
        shares[0] = 1;
        foreach (var rank in ranks)
            for (var at = sum; at >= 0; at--)
                shares[at] = (shares[at] + (at >= rank ? shares[at - rank] : 0)) / 2;
        return shares.Sum();
    }

    // The variance of a sum of independent signs is Σ r²/4, ties and all.
    private static double Normal(int[] ranks, long smaller, long total) =>
        NormalLaw.TwoSided((smaller - total / 2.0) / Math.Sqrt(ranks.Sum(rank => (double)rank * rank) / 4));
}
