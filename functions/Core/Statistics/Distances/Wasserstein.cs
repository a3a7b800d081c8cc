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

    /// <summary>Between histograms over the same bounded bins, the rows of a bin spread evenly over it; in the bounds' unit.</summary>
    /// <param name="bounds">n + 1 ascending bounds of n bins.</param>
    /// <param name="reference">n counts or weights.</param>
    /// <param name="current">n counts or weights.</param>
    /// <remarks>Within a bin F − G is linear, so its integral is that of one or two triangles.</remarks>
    /// <exception cref="ArgumentException">Bounds that do not ascend, other lengths, or counts that are negative or all zero.</exception>
    public static double OfHistograms(ReadOnlySpan<double> bounds, ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Require.Finite(bounds, nameof(bounds));
        Require.SameLength(bounds.Length - 1, reference.Length, nameof(reference));
        Require.SameLength(bounds.Length - 1, current.Length, nameof(current));
        double n = Divergence.Total(reference, nameof(reference)), m = Divergence.Total(current, nameof(current)), before = 0, area = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            if (!(bounds[i] < bounds[i + 1]))
                throw new ArgumentException("Bounds must ascend.", nameof(bounds));
            var after = before + reference[i] / n - current[i] / m;
            var sum = Math.Abs(before) + Math.Abs(after);
            var height = before * after >= 0 ? sum : (before * before + after * after) / sum;
            area += height * (bounds[i + 1] * 0.5 - bounds[i] * 0.5);
            before = after;
        }
        return area;
    }
}
