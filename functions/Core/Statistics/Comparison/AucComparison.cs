namespace Serverless.Core.Statistics;

/// <summary>Whether two models rank the same rows equally well.</summary>
public static class AucComparison
{
    /// <summary>z = (A₁ − A₂) / √(V₁ + V₂ − 2C), with DeLong's variances and covariance.</summary>
    /// <remarks>DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988). Weighted rows are not for this test: it takes none. No p with fewer than two rows of a class; equal rankings have z = 0 and p = 1.</remarks>
    public static PairedResult Compare(ReadOnlySpan<bool> labels, ReadOnlySpan<double> first, ReadOnlySpan<double> second, double level)
    {
        Require.Level(level);
        var (a, b) = (DeLong.Components(labels, first), DeLong.Components(labels, second));
        if (a.Positive.Length < 2 || a.Negative.Length < 2)
            return new(ComparisonMethod.DeLong, null, null, null, null, labels.Length);
        var difference = a.Positive.Average() - b.Positive.Average();
        var variance = DeLong.Covariance(a, a) + DeLong.Covariance(b, b) - 2 * DeLong.Covariance(a, b);
        // Rounding leaves up to 1e-17 of a variance that is 0.
        if (variance <= 1e-15)
            return new(ComparisonMethod.DeLong, difference, difference == 0 ? 0 : null, difference == 0 ? 1 : null, null, labels.Length);
        var error = Math.Sqrt(variance);
        var z = difference / error;
        var half = Intervals.NormalQuantile(level) * error;
        return new(ComparisonMethod.DeLong, difference, z, NormalLaw.TwoSided(z),
            new(difference - half, difference + half, level, IntervalMethod.Normal), labels.Length);
    }
}
