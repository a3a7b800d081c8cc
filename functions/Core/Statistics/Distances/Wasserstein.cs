namespace Serverless.Core.Statistics;

/// <summary>Wasserstein-1 (earth mover's) distance, ∫ |F − G| dx.</summary>
/// <remarks>Vallender, Theory of Probability and its Applications 18 (1974).</remarks>
public static class Wasserstein
{
    /// <summary>Between samples in any order; in the samples' unit.</summary>
    public static double Distance(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        SortedPair.Compare<double>(Sample.Sorted(reference, nameof(reference)), Sample.Sorted(current, nameof(current))).Wasserstein;

    /// <summary>In standard deviations of the reference (population form), which counts as at least <paramref name="floor"/>.</summary>
    public static double Normalised(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, double floor)
    {
        var deviation = Math.Sqrt(Sample.SquaresAround(reference, Sample.Mean(reference)) / reference.Length);
        return Distance(reference, current) / Math.Max(deviation, floor);
    }
}
