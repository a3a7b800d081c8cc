namespace Serverless.Core.Statistics;

/// <summary>Distances between two histograms over the same bins. Counts or weights in, each side normalised by its own total.</summary>
/// <remarks>Lin, IEEE Transactions on Information Theory 37 (1991) for Jensen–Shannon; Kullback and Leibler (1951); Hellinger (1909).</remarks>
public static class Divergence
{
    /// <summary>The share that stands for an empty bin in the population stability index.</summary>
    public const double EmptyShare = 1e-4;

    /// <summary>PSI = Σ (q − p) ln(q/p). A share of zero becomes <paramref name="emptyShare"/>, without renormalisation.</summary>
    public static double PopulationStability(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, double emptyShare = EmptyShare) =>
        Sum(reference, current, (p, q) =>
        {
            p = p <= 0 ? emptyShare : p;
            q = q <= 0 ? emptyShare : q;
            return (q - p) * Math.Log(q / p);
        });

    /// <summary>√(½ KL(p‖m) + ½ KL(q‖m)) with m the mean of both and natural logarithms; between 0 and √ln 2.</summary>
    public static double JensenShannon(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        Math.Sqrt(Math.Max(0, Sum(reference, current, (p, q) => 0.5 * (Relative(p, (p + q) / 2) + Relative(q, (p + q) / 2)))));

    /// <summary>KL(p‖q) = Σ p ln(p/q) in nats; positive infinity where a bin of the reference is empty in the current, which is its definition: smooth the counts where a number is needed.</summary>
    public static double KullbackLeibler(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        Math.Max(0, Sum(reference, current, Relative));

    /// <summary>√(½ Σ (√p − √q)²); between 0 and 1.</summary>
    public static double Hellinger(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        Math.Min(1, Math.Sqrt(0.5 * Sum(reference, current, (p, q) => (Math.Sqrt(p) - Math.Sqrt(q)) * (Math.Sqrt(p) - Math.Sqrt(q)))));

    /// <summary>½ Σ |p − q|; between 0 and 1.</summary>
    public static double TotalVariation(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        Math.Min(1, 0.5 * Sum(reference, current, (p, q) => Math.Abs(p - q)));

    private static double Relative(double p, double q) => p <= 0 ? 0 : q <= 0 ? double.PositiveInfinity : p * Math.Log(p / q);

    private static double Sum(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Func<double, double, double> term)
    {
        double n = Total(reference, nameof(reference)), m = Total(current, nameof(current)), sum = 0;
        Require.SameLength(reference.Length, current.Length, nameof(current));
        for (var i = 0; i < reference.Length; i++)
            sum += term(reference[i] / n, current[i] / m);
        return sum;
    }

    internal static double Total(ReadOnlySpan<double> counts, string name)
    {
        var total = 0.0;
        foreach (var count in counts)
            total += count >= 0 ? count : throw new ArgumentException("A count must not be negative.", name);
        return total > 0 && double.IsFinite(total) ? total : throw new ArgumentException("The counts must have a finite total above zero.", name);
    }
}
