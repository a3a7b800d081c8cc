namespace Serverless.Core.Statistics;

/// <summary>Levene's test of equal spread about the medians, as Brown and Forsythe have it: the F of an analysis of variance of |x − median|. Effect: √(F/(n + m − 2)), the correlation of spread and side before it is bounded.</summary>
/// <remarks>Levene (1960); Brown and Forsythe, JASA 69 (1974).</remarks>
public static class BrownForsythe
{
    /// <summary>Two-sided. Null where F is not defined: fewer than three values in all, or distances from the median that do not vary within either side.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or a sample is empty.</exception>
    public static TestResult? Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Sample.Check(reference, nameof(reference));
        Sample.Check(current, nameof(current));
        var unit = Sample.Unit(reference, current);
        double[] x = Distances(reference, unit), y = Distances(current, unit);
        double n = x.Length, m = y.Length, scale = Math.Max(x.Max(), y.Max());
        if (n + m < 3 || scale == 0) return null;
        // Squares of huge or tiny distances would overflow or vanish.
        for (var i = 0; i < x.Length; i++) x[i] /= scale;
        for (var i = 0; i < y.Length; i++) y[i] /= scale;
        double a = Sample.Mean(x), b = Sample.Mean(y), within = Sample.SquaresAround(x, a) + Sample.SquaresAround(y, b);
        // What rounding leaves of nothing is no spread.
        if (within <= 1e-30 * (n + m)) return null;
        var f = (n + m - 2) * (n * m / (n + m)) * (a - b) * (a - b) / within;
        return new(f, StudentLaw.FisherF(f, 1, n + m - 2), x.Length, y.Length, TestMethod.Asymptotic, Math.Sqrt(f / (n + m - 2)));
    }

    private static double[] Distances(ReadOnlySpan<double> values, double unit)
    {
        var sorted = Sample.Sorted(values, nameof(values));
        var median = sorted[(sorted.Length - 1) / 2] * unit * 0.5 + sorted[sorted.Length / 2] * unit * 0.5;
        return [.. sorted.Select(value => Math.Abs(value * unit - median))];
    }
}
