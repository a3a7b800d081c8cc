using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Study;

/// <summary>What other systems call drift by default, one feature at a time and uncorrected.</summary>
internal static class OtherRules
{
    public static (string Name, Func<FeatureColumn, FeatureColumn, bool> Alarms)[] Numbers { get; } =
    [
        ("KS, p ≤ 0.05 (Evidently, up to 1,000 reference rows; alibi-detect without its correction)", (r, c) => KolmogorovSmirnov.TestSorted(r.Sorted, c.Sorted).PValue <= 0.05),
        ("normalised Wasserstein ≥ 0.1 (Evidently, above 1,000 reference rows; Azure ML)", (r, c) => Area(r, c) >= 0.1),
        ("largest gap of the distribution functions > 0.1 (SageMaker, Simple)", (r, c) => Gap(r, c) > 0.1),
        ("PSI > 0.1 on deciles of the reference (the convention)", (r, c) => Psi(r, c) > 0.1),
    ];

    public static (string Name, Func<FeatureColumn, FeatureColumn, bool> Alarms)[] Labels { get; } =
    [
        ("χ² of the window against the reference's shares, p < 0.05 (Evidently, up to 1,000 reference rows)", (r, c) => GoodnessOfFit(r, c) < 0.05),
        ("Jensen–Shannon distance ≥ 0.1 (Evidently, above 1,000 reference rows; Azure ML)", (r, c) => Over(r, c, Divergence.JensenShannon) >= 0.1),
        ("largest change of a share > 0.1 (SageMaker, LInfinity)", (r, c) => Over(r, c, LargestGap) > 0.1),
        ("PSI > 0.1 (the convention)", (r, c) => Over(r, c, (p, q) => Divergence.PopulationStability(p, q)) > 0.1),
    ];

    public static double Gap(FeatureColumn r, FeatureColumn c) =>
        SortedPair.Compare<double>(r.Sorted, c.Sorted).Gap / ((double)r.Size * c.Size);

    private static double Area(FeatureColumn r, FeatureColumn c) =>
        SortedPair.Compare<double>(r.Sorted, c.Sorted).Wasserstein / Math.Max(r.Deviation, 0.001);

    private static double Psi(FeatureColumn r, FeatureColumn c)
    {
        var edges = Bins.QuantileEdges(r.Sorted, 10);
        double[] reference = new double[edges.Length + 1], current = new double[edges.Length + 1];
        Bins.Count(r.Sorted, edges, reference);
        Bins.Count(c.Sorted, edges, current);
        return Divergence.PopulationStability(reference, current);
    }

    private delegate double OfCounts(ReadOnlySpan<double> reference, ReadOnlySpan<double> current);

    private static double Over(FeatureColumn r, FeatureColumn c, OfCounts distance)
    {
        string[] labels = [.. r.Labels!.Keys.Union(c.Labels!.Keys)];
        double[] reference = [.. labels.Select(label => (double)r.Labels.GetValueOrDefault(label))];
        double[] current = [.. labels.Select(label => (double)c.Labels.GetValueOrDefault(label))];
        return distance(reference, current);
    }

    private static double LargestGap(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        double n = 0, m = 0, largest = 0;
        for (var i = 0; i < reference.Length; i++)
            (n, m) = (n + reference[i], m + current[i]);
        for (var i = 0; i < reference.Length; i++)
            largest = Math.Max(largest, Math.Abs(reference[i] / n - current[i] / m));
        return largest;
    }

    private static double GoodnessOfFit(FeatureColumn r, FeatureColumn c)
    {
        var statistic = 0.0;
        foreach (var label in r.Labels!.Keys.Union(c.Labels!.Keys))
        {
            double expected = (double)r.Labels.GetValueOrDefault(label) * c.Size / r.Size, observed = c.Labels.GetValueOrDefault(label);
            statistic += expected > 0 ? (observed - expected) * (observed - expected) / expected : double.PositiveInfinity;
        }
        return ChiSquare.Survival(statistic, Math.Max(1, r.Labels.Keys.Union(c.Labels.Keys).Count() - 1));
    }
}
