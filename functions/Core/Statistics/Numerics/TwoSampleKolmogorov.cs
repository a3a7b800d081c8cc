namespace Serverless.Core.Statistics;

/// <summary>The exact two-sided law of two samples without ties; with ties it errs to the safe side.</summary>
internal static class TwoSampleKolmogorov
{
    /// <summary>P(D ≥ gap / (n m)), where <paramref name="gap"/> is the largest |i m − j n|.</summary>
    public static double Survival(int n, int m, long gap)
    {
        if (gap == 0)
            return 1;
        var distance = gap / ((double)n * m);
        // p ≤ e · exp(−2 nm/(n+m) D²): below the smallest double.
        if (2.0 * n * m / (n + m) * distance * distance > 750)
            return 0;
        return n == m ? Square(n, gap / n) : Rectangle(Math.Max(n, m), Math.Min(n, m), gap);
    }

    /// <summary>2 Σ (−1)^(k−1) C(2n, n + kh) / C(2n, n): Gnedenko and Korolyuk (1951), folded into one product.</summary>
    private static double Square(int n, long h)
    {
        var p = 0.0;
        for (var k = n / h; k >= 0; k--)
        {
            var ratio = 1.0;
            for (var j = 0; j < h; j++)
                ratio = (n - k * h - j) * ratio / (n + k * h + j + 1);
            p = ratio * (1 - p);
        }
        return Math.Clamp(2 * p, 0, 1);
    }

    /// <summary>The share of lattice paths that leave the band, by the recursion of Schröer and Trenkler (1995), column by column.</summary>
    private static double Rectangle(int n, int m, long gap)
    {
        var left = new double[m + 1];
        var inverse = new double[n + m + 1];
        for (var i = 1; i <= n + m; i++)
            inverse[i] = 1.0 / i;
        for (var j = 0; j <= m; j++)
            left[j] = (long)j * n >= gap ? 1 : 0;
        for (var i = 1; i <= n; i++)
        {
            var first = Math.Max(0, FloorDivide((long)i * m - gap, n) + 1);
            var end = Math.Min(m + 1L, -FloorDivide(-((long)i * m + gap), n));
            var value = first == 0 ? 0.0 : 1.0;
            for (var j = (int)first; j < end; j++)
                left[j] = value = (left[j] * i + value * j) * inverse[i + j];
            if (first > 0)
                left[first - 1] = 1;
        }
        return Math.Clamp(left[m], 0, 1);
    }

    private static long FloorDivide(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);
}
