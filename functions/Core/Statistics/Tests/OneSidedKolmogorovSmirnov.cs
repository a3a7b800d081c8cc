namespace Serverless.Core.Statistics;

/// <summary>The one-sided two-sample Kolmogorov–Smirnov test, D⁺ = max (F − G) or D⁻ = max (G − F). Effect: the statistic.</summary>
/// <remarks>Exact by counting lattice paths that touch one line (Drion, Annals of Mathematical Statistics 23 (1952)), which assumes no ties and with ties errs to the safe side; the limit is Hodges, Arkiv för Matematik 3 (1958), eq. 5.3.</remarks>
public static class OneSidedKolmogorovSmirnov
{
    private const long ExactCells = 100_000_000;

    /// <summary>Exact up to 10,000 values a side, else by Hodges' limit. <see cref="Alternative.Greater"/>: the reference's distribution function lies above, so its values are the smaller.</summary>
    /// <exception cref="ArgumentException">A value is not finite, a sample is empty, or the alternative has two sides.</exception>
    public static TestResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative)
    {
        var (n, m, gap) = (reference.Length, current.Length, Gap(reference, current, alternative));
        var exact = Math.Max(n, m) <= 10_000 && (long)n * m <= ExactCells;
        var distance = gap / ((double)n * m);
        return new(distance, exact ? Exact(n, m, gap) : Limit(n, m, distance), n, m, exact ? TestMethod.Exact : TestMethod.Asymptotic, distance);
    }

    /// <summary>By Hodges' limit, whatever the sizes.</summary>
    /// <exception cref="ArgumentException">As <see cref="Test"/>.</exception>
    public static TestResult Asymptotic(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative)
    {
        var distance = Gap(reference, current, alternative) / ((double)reference.Length * current.Length);
        return new(distance, Limit(reference.Length, current.Length, distance), reference.Length, current.Length, TestMethod.Asymptotic, distance);
    }

    /// <summary>The largest i m − j n, or j n − i m, over the pooled sample, i and j the values at or below each.</summary>
    private static long Gap(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative)
    {
        if (alternative is Alternative.TwoSided) throw new ArgumentException("This test has one side.", nameof(alternative));
        double[] x = Sample.Sorted(reference, nameof(reference)), y = Sample.Sorted(current, nameof(current));
        long largest = 0, sign = alternative is Alternative.Greater ? 1 : -1;
        for (int i = 0, j = 0; i < x.Length && j < y.Length;)
        {
            var at = Math.Min(x[i], y[j]);
            while (i < x.Length && x[i] == at) i++;
            while (j < y.Length && y[j] == at) j++;
            largest = Math.Max(largest, sign * ((long)i * y.Length - (long)j * x.Length));
        }
        return largest;
    }

    /// <summary>The share of paths from (0, 0) to (n, m) on which i m − j n reaches the gap, column by column.</summary>
    private static double Exact(int n, int m, long gap)
    {
        if (gap == 0) return 1;
        var share = new double[m + 1];
        for (var i = 0; i <= n; i++)
            for (var j = 0; j <= m; j++)
                share[j] = (long)i * m - (long)j * n >= gap ? 1 : i + j == 0 ? 0 : ((i == 0 ? 0 : share[j] * i) + (j == 0 ? 0 : share[j - 1] * j)) / (i + j);
        return Math.Clamp(share[m], 0, 1);
    }

    private static double Limit(int n, int m, double distance)
    {
        double most = Math.Max(n, m), least = Math.Min(n, m), z = Math.Sqrt(most * least / (most + least)) * distance;
        return Math.Min(1, Math.Exp(-2 * z * z - 2 * z * (most + 2 * least) / Math.Sqrt(most * least * (most + least)) / 3));
    }
}
