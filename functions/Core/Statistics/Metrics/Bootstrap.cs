using MathNet.Numerics.Distributions;

namespace Serverless.Core.Statistics;

/// <summary>A statistic of weighted rows; null where it is undefined.</summary>
public delegate double? WeightedStatistic(ReadOnlySpan<double> weights);

/// <summary>The bootstrap, by multiplicities: a replicate reweights the rows by how often each was drawn, so whoever sorts sorts once.</summary>
/// <remarks>Efron, Annals of Statistics 7 (1979); intervals after Davison and Hinkley, Bootstrap Methods and their Application (1997), chapter 5.</remarks>
public static class Bootstrap
{
    /// <summary>The statistic of each replicate, in order of the replicate; undefined ones are left out.</summary>
    public static double[] Replicates(int rows, ReadOnlyMemory<double> weights, WeightedStatistic statistic, ResamplingPlan plan)
    {
        plan.Check();
        var results = new double?[plan.Replicates];
        Parallel.For(0, plan.Replicates, plan.Parallelism, () => new double[rows], (replicate, _, drawn) =>
        {
            Draw(drawn, weights.Span, RandomStream.Of(plan.Seed, replicate));
            results[replicate] = statistic(drawn);
            return drawn;
        }, _ => { });
        return [.. results.Where(r => r is { } value && double.IsFinite(value)).Select(r => r!.Value)];
    }

    /// <summary>The percentile interval of a statistic, or null when a tenth of the replicates or more is undefined.</summary>
    public static Estimate Estimate(int rows, ReadOnlyMemory<double> weights, WeightedStatistic statistic, ResamplingPlan plan)
    {
        plan.Check();
        var own = weights.IsEmpty ? Ones(rows) : weights;
        if (statistic(own.Span) is not { } value)
            return Statistics.Estimate.Undefined(rows);
        if (rows < 2)
            return new(value, null, rows);
        var replicates = Replicates(rows, weights, statistic, plan);
        return new(value, replicates.Length > 0.9 * plan.Replicates ? Percentile(replicates, plan.Level) : null, rows);
    }

    /// <summary>The quantiles (1 ∓ level)/2 of the replicates, linear between order statistics.</summary>
    public static ConfidenceInterval Percentile(ReadOnlySpan<double> replicates, double level)
    {
        var sorted = Sorted(replicates);
        return new(Quantile(sorted, (1 - level) / 2), Quantile(sorted, (1 + level) / 2), level, IntervalMethod.BootstrapPercentile);
    }

    /// <summary>2θ̂ − q(1 − α/2) … 2θ̂ − q(α/2).</summary>
    public static ConfidenceInterval Basic(double estimate, ReadOnlySpan<double> replicates, double level)
    {
        var inner = Percentile(replicates, level);
        return new(2 * estimate - inner.High, 2 * estimate - inner.Low, level, IntervalMethod.BootstrapBasic);
    }

    /// <summary>Efron's BCa: quantiles at Φ(z₀ + (z₀ ± z)/(1 − a(z₀ ± z))), z₀ from the share of replicates below the estimate, a from the jackknife.</summary>
    /// <remarks>Efron, JASA 82 (1987). Null when all replicates lie on one side, where z₀ is infinite.</remarks>
    public static ConfidenceInterval? Bca(double estimate, ReadOnlySpan<double> replicates, ReadOnlySpan<double> jackknife, double level)
    {
        var sorted = Sorted(replicates);
        var below = 0.0;
        foreach (var r in sorted)
            below += r < estimate ? 1 : r == estimate ? 0.5 : 0;
        if (below == 0 || below == sorted.Length)
            return null;
        var bias = Normal.InvCDF(0, 1, below / sorted.Length);
        var acceleration = Acceleration(jackknife);
        double Tail(double z) => Normal.CDF(0, 1, bias + (bias + z) / (1 - acceleration * (bias + z)));
        var half = Intervals.NormalQuantile(level);
        return new(Quantile(sorted, Tail(-half)), Quantile(sorted, Tail(half)), level, IntervalMethod.BootstrapBca);
    }

    /// <summary>Two-sided p of θ = 0: twice the smaller share of replicates at or beyond 0, at most 1.</summary>
    public static double PValue(ReadOnlySpan<double> replicates)
    {
        int low = 0, high = 0;
        foreach (var r in replicates)
        {
            low += r <= 0 ? 1 : 0;
            high += r >= 0 ? 1 : 0;
        }
        return Math.Min(1, 2.0 * Math.Min(low, high) / replicates.Length);
    }

    internal static double Quantile(ReadOnlySpan<double> sorted, double q)
    {
        var position = q * (sorted.Length - 1);
        var index = (int)position;
        return index + 1 < sorted.Length ? sorted[index] + (position - index) * (sorted[index + 1] - sorted[index]) : sorted[^1];
    }

    internal static double[] Ones(int count)
    {
        var ones = new double[count];
        Array.Fill(ones, 1);
        return ones;
    }

    private static double Acceleration(ReadOnlySpan<double> jackknife)
    {
        double mean = 0, square = 0, cube = 0;
        foreach (var value in jackknife)
            mean += value / jackknife.Length;
        foreach (var value in jackknife)
        {
            var d = mean - value;
            square += d * d;
            cube += d * d * d;
        }
        return square == 0 ? 0 : cube / (6 * Math.Pow(square, 1.5));
    }

    private static double[] Sorted(ReadOnlySpan<double> replicates)
    {
        if (replicates.IsEmpty)
            throw new ArgumentException("No replicates.", nameof(replicates));
        var sorted = replicates.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    private static void Draw(Span<double> drawn, ReadOnlySpan<double> weights, RandomStream random)
    {
        drawn.Clear();
        for (var i = 0; i < drawn.Length; i++)
            drawn[random.Below(drawn.Length)]++;
        for (var i = 0; i < weights.Length; i++)
            drawn[i] *= weights[i];
    }
}
