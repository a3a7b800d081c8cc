namespace Serverless.Core.Statistics;

/// <summary>Welch's t-test of two means with unequal variances, t = (x̄ − ȳ)/√(s²ₓ/n + s²ᵧ/m). Effect: |x̄ − ȳ| in root mean squares of the two standard deviations.</summary>
/// <remarks>Welch, Biometrika 34 (1947), with Satterthwaite's degrees of freedom, Biometrics Bulletin 2 (1946).</remarks>
public static class WelchT
{
    /// <summary>Two-sided. Null where t is not defined: fewer than two values on a side, or no spread on either.</summary>
    /// <remarks>The p-value is zero only where it is below 4.9e-324. A statistic beyond the largest double is the largest double.</remarks>
    /// <exception cref="ArgumentException">A value is not finite, or a sample is empty.</exception>
    public static TestResult? Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        if (Moments(reference, current) is not { } found) return null;
        var (gap, error) = (found.Gap / found.Scale, Math.Sqrt(found.A + found.B));
        var t = Math.Clamp(gap / error, -double.MaxValue, double.MaxValue);
        var effect = Math.Min(double.MaxValue, Math.Abs(gap) / Math.Sqrt((found.A * reference.Length + found.B * current.Length) / 2));
        return new(t, StudentLaw.TwoSided(t, found.Freedom), reference.Length, current.Length, TestMethod.Asymptotic, effect);
    }

    /// <summary>The interval of x̄ − ȳ: the difference ± t(ν) √(s²ₓ/n + s²ᵧ/m), ν Satterthwaite's. Null where t is not defined.</summary>
    /// <remarks>It holds 0 exactly where the test's p is above 1 − <paramref name="level"/>. An end beyond the largest double is the largest double.</remarks>
    /// <exception cref="ArgumentException">A value is not finite, a sample is empty, or the level is not between 0 and 1.</exception>
    public static ConfidenceInterval? Difference(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, double level)
    {
        Require.Level(level);
        if (Moments(reference, current) is not { } found) return null;
        // Of halves, see below.
        double centre = 2 * found.Gap, error = 2 * found.Scale * Math.Sqrt(found.A + found.B);
        var interval = Intervals.Student(centre, error, found.Freedom, level);
        return interval with { Low = Math.Max(-double.MaxValue, interval.Low), High = Math.Min(double.MaxValue, interval.High) };
    }

    // Each sample from a value of its own, so that a large offset costs no digits; in halves and scaled, so that squares of huge or tiny values neither overflow nor vanish.
    private static (double Gap, double Scale, double A, double B, double Freedom)? Moments(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Sample.Check(reference, nameof(reference));
        Sample.Check(current, nameof(current));
        if (reference.Length < 2 || current.Length < 2) return null;
        double n = reference.Length, m = current.Length, from = reference[0] * 0.5, to = current[0] * 0.5, x = Mean(reference, from), y = Mean(current, to);
        var scale = Math.Max(Spread(reference, from, x), Spread(current, to, y));
        if (scale == 0) return null;
        double a = Squares(reference, from, x, scale) / (n - 1) / n, b = Squares(current, to, y, scale) / (m - 1) / m;
        return (from - to + (x - y), scale, a, b, (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1)));
    }

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
