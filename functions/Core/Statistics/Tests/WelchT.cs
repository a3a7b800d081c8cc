using MathNet.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>Welch's t-test of two means with unequal variances, t = (x̄ − ȳ)/√(s²ₓ/n + s²ᵧ/m). Effect: |x̄ − ȳ| in root mean squares of the two standard deviations.</summary>
/// <remarks>Welch, Biometrika 34 (1947), with Satterthwaite's degrees of freedom.</remarks>
public static class WelchT
{
    /// <summary>Two-sided. Null where t is not defined: fewer than two values on a side, or no spread on either.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or a sample is empty.</exception>
    public static TestResult? Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Sample.Check(reference, nameof(reference));
        Sample.Check(current, nameof(current));
        if (reference.Length < 2 || current.Length < 2) return null;
        // From a value of the sample, so that a large offset costs no digits; in halves and scaled, so that squares of huge or tiny values neither overflow nor vanish.
        double n = reference.Length, m = current.Length, origin = reference[0] * 0.5, x = Mean(reference, origin), y = Mean(current, origin);
        var scale = Math.Max(Spread(reference, origin, x), Spread(current, origin, y));
        if (scale == 0) return null;
        double a = Squares(reference, origin, x, scale) / (n - 1) / n, b = Squares(current, origin, y, scale) / (m - 1) / m, gap = x / scale - y / scale;
        var t = gap / Math.Sqrt(a + b);
        var freedom = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1));
        return new(t, TwoSided(t, freedom), reference.Length, current.Length, TestMethod.Asymptotic, Math.Abs(gap) / Math.Sqrt((a * n + b * m) / 2));
    }

    /// <summary>P(|t| ≥ the given) = I(ν/(ν + t²); ν/2, ½).</summary>
    private static double TwoSided(double t, double freedom) =>
        double.IsInfinity(t) ? 0 : SpecialFunctions.BetaRegularized(freedom / 2, 0.5, freedom / (freedom + t * t));

    private static double Mean(ReadOnlySpan<double> values, double origin)
    {
        var sum = 0.0;
        foreach (var value in values) sum += (value * 0.5 - origin) / values.Length;
        return sum;
    }

    private static double Spread(ReadOnlySpan<double> values, double origin, double mean)
    {
        var largest = 0.0;
        foreach (var value in values) largest = Math.Max(largest, Math.Abs(value * 0.5 - origin - mean));
        return largest;
    }

    private static double Squares(ReadOnlySpan<double> values, double origin, double mean, double scale)
    {
        var sum = 0.0;
        foreach (var value in values) sum += (value * 0.5 - origin - mean) / scale * ((value * 0.5 - origin - mean) / scale);
        return sum;
    }
}
