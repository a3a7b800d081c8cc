namespace Serverless.Core.Statistics;

/// <summary>The Mann–Whitney (Wilcoxon rank-sum) test, two-sided unless told. Statistic: U of the reference. Effect: the rank-biserial correlation |2U/nm − 1|.</summary>
/// <remarks>Mann and Whitney, Annals of Mathematical Statistics 18 (1947). SciPy's rule: exact without ties while a side has at most 8 values, else normal with corrections for ties and continuity.</remarks>
public static class MannWhitney
{
    private const int ExactLimit = 8;

    /// <summary>Tests samples in any order.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or a sample is empty.</exception>
    public static TestResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var ranks = new PooledRanks(reference, current);
        return !ranks.HasTies && Math.Min(reference.Length, current.Length) <= ExactLimit ? Exact(ranks) : Asymptotic(ranks);
    }

    /// <summary>By the exact law of U, which knows no ties.</summary>
    /// <exception cref="ArgumentException">As <see cref="Test"/>.</exception>
    public static TestResult Exact(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative = Alternative.TwoSided) =>
        Exact(new PooledRanks(reference, current), alternative);

    /// <summary>By the normal limit, half a step nearer the middle unless told otherwise.</summary>
    /// <exception cref="ArgumentException">As <see cref="Test"/>.</exception>
    public static TestResult Asymptotic(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative = Alternative.TwoSided, bool continuity = true) =>
        Asymptotic(new PooledRanks(reference, current), alternative, continuity);

    private static TestResult Exact(PooledRanks ranks, Alternative alternative = Alternative.TwoSided)
    {
        var u = Statistic(ranks);
        return Result(ranks, u, Math.Min(1, Sides(alternative) * Survival(Towards(u, ranks, alternative), ranks.Reference.Length, ranks.Current.Length)), TestMethod.Exact);
    }

    private static TestResult Asymptotic(PooledRanks ranks, Alternative alternative = Alternative.TwoSided, bool continuity = true)
    {
        double n = ranks.Reference.Length, m = ranks.Current.Length, all = n + m, u = Statistic(ranks);
        var deviation = Math.Sqrt(n * m / 12 * (all + 1 - ranks.TieTerm / (all * (all - 1))));
        var z = (Towards(u, ranks, alternative) - n * m / 2 - (continuity ? 0.5 : 0)) / deviation;
        return Result(ranks, u, deviation == 0 ? 1 : Math.Min(1, Sides(alternative) * NormalLaw.Survival(z)), TestMethod.Asymptotic);
    }

    private static int Sides(Alternative alternative) => alternative is Alternative.TwoSided ? 2 : 1;

    /// <summary>U as seen from where the alternative puts the larger values.</summary>
    private static double Towards(double u, PooledRanks ranks, Alternative alternative)
    {
        var other = (double)ranks.Reference.Length * ranks.Current.Length - u;
        return alternative switch
        {
            Alternative.TwoSided => Math.Max(u, other),
            Alternative.Less => other,
            Alternative.Greater => u,
        };
    }

    private static double Statistic(PooledRanks ranks)
    {
        double n = ranks.Reference.Length;
        return ranks.ReferenceRanks.Sum() - n * (n + 1) / 2;
    }

    private static TestResult Result(PooledRanks ranks, double u, double p, TestMethod method)
    {
        double n = ranks.Reference.Length, m = ranks.Current.Length;
        return new(u, p, ranks.Reference.Length, ranks.Current.Length, method, Math.Abs(2 * u / (n * m) - 1));
    }

    /// <summary>
    /// P(U ≥ u), which is P(U ≤ nm − u): the coefficients of the Gaussian binomial Π (1 − q^(m+i))/(1 − q^i) up to nm − u, over their sum.
    /// Factor by factor, so that every step's coefficients are counts themselves; one array, O(min(n, m) · nm) time.
    /// </summary>
    private static double Survival(double u, int n, int m)
    {
        var (few, many) = (Math.Min(n, m), Math.Max(n, m));
        var counts = new double[(long)Math.Floor((double)n * m - u) + 1];
        counts[0] = 1;
        for (var i = 1; i <= few; i++)
        {
            for (var at = counts.Length - 1; at >= many + i; at--) counts[at] -= counts[at - many - i];
            for (var at = i; at < counts.Length; at++) counts[at] += counts[at - i];
            // Shares, so that no count outgrows a double.
            var share = i / (double)(many + i);
            for (var at = 0; at < counts.Length; at++) counts[at] *= share;
        }
        return Math.Clamp(counts.Sum(), 0, 1);
    }
}
