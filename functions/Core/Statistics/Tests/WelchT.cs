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
        var unit = Sample.Unit(reference, current);
        var interval = Intervals.Student(found.Gap / unit, found.Scale / unit * Math.Sqrt(found.A + found.B), found.Freedom, level);
        return interval with { Low = Math.Max(-double.MaxValue, interval.Low), High = Math.Min(double.MaxValue, interval.High) };
    }

    /// <summary>The interval of x̄ − ȳ where the values are gone and their moments are left. Null where t is not defined.</summary>
    public static ConfidenceInterval? Difference(Moments reference, Moments current, double level)
    {
        Require.Level(level);
        if (reference.Variance is not { } x || current.Variance is not { } y || x + y is not (> 0 and < double.PositiveInfinity)) return null;
        double a = x / reference.Count, b = y / current.Count;
        var freedom = (a + b) * (a + b) / (a * a / (reference.Count - 1) + b * b / (current.Count - 1));
        return Intervals.Student(reference.Mean - current.Mean, Math.Sqrt(a + b), freedom, level);
    }

    // Each sample from a value of its own, so that a large offset costs no digits; deviations scaled, so that squares of huge or tiny ones neither overflow nor vanish.
    private static (double Gap, double Scale, double A, double B, double Freedom)? Moments(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Sample.Check(reference, nameof(reference));
        Sample.Check(current, nameof(current));
        if (reference.Length < 2 || current.Length < 2) return null;
        double n = reference.Length, m = current.Length, unit = Sample.Unit(reference, current), from = reference[0] * unit, to = current[0] * unit, x = Mean(reference, unit), y = Mean(current, unit);
        var scale = Math.Max(Spread(reference, unit, x), Spread(current, unit, y));
        if (scale == 0) return null;
        double a = Squares(reference, unit, x, scale) / (n - 1) / n, b = Squares(current, unit, y, scale) / (m - 1) / m;
        return (from - to + (x - y), scale, a, b, (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1)));
    }

    // From the first value, as are the deviations below.
    private static double Mean(ReadOnlySpan<double> values, double unit)
    {
        double sum = 0, origin = values[0] * unit;
        foreach (var value in values) sum += (value * unit - origin) / values.Length;
        return sum;
    }

    private static double Spread(ReadOnlySpan<double> values, double unit, double mean)
    {
        double largest = 0, origin = values[0] * unit;
        foreach (var value in values) largest = Math.Max(largest, Math.Abs(value * unit - origin - mean));
        return largest;
    }

    private static double Squares(ReadOnlySpan<double> values, double unit, double mean, double scale)
    {
        double sum = 0, origin = values[0] * unit;
        foreach (var value in values) sum += (value * unit - origin - mean) / scale * ((value * unit - origin - mean) / scale);
        return sum;
    }
}
