namespace Serverless.Core.Statistics;

/// <summary>The two-sample Kolmogorov–Smirnov test, D = max |F(x) − G(x)|, two-sided. Effect: D.</summary>
/// <remarks>
/// SciPy's rule: exact while both samples have at most 10,000 values, else the one-sample law at the rounded effective size nm/(n+m).
/// Exact assumes no ties; with ties the p-value is too large, never too small.
/// </remarks>
public static class KolmogorovSmirnov
{
    private const int ExactLimit = 10_000;

    /// <summary>Tests samples in any order; sorts copies.</summary>
    public static TestResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        TestSorted(Sample.Sorted(reference, nameof(reference)), Sample.Sorted(current, nameof(current)));

    /// <summary>Tests samples that are sorted, finite and not empty. One pass.</summary>
    public static TestResult TestSorted(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        if (reference.IsEmpty || current.IsEmpty)
            throw new ArgumentException("A sample must have a value.");
        return FromGap(SortedPair.Compare<double>(reference, current).Gap, reference.Length, current.Length);
    }

    /// <summary>From the largest |i m − j n| over the pooled sample, i and j the values at or below each.</summary>
    public static TestResult FromGap(long gap, int n, int m)
    {
        var exact = Math.Max(n, m) <= ExactLimit;
        var distance = gap / ((double)n * m);
        var p = exact
            ? TwoSampleKolmogorov.Survival(n, m, gap)
            : KolmogorovLaw.Survival((long)Math.Round((double)n * m / ((double)n + m), MidpointRounding.ToEven), distance);
        return new(distance, p, n, m, exact ? TestMethod.Exact : TestMethod.Asymptotic, distance);
    }

    /// <summary>The p-value of the finite-n law at the effective size, whatever the sizes.</summary>
    public static double AsymptoticPValue(double distance, int n, int m) =>
        KolmogorovLaw.Survival((long)Math.Round((double)n * m / ((double)n + m), MidpointRounding.ToEven), distance);

    /// <summary>The p-value of the classical limit law, as many libraries give it.</summary>
    public static double LimitPValue(double distance, int n, int m) =>
        KolmogorovLaw.Limit(Math.Sqrt((double)n * m / ((double)n + m)) * distance);
}
