namespace Serverless.Core.Statistics;

/// <summary>Whether two models differ, by a figure known for every row under both: right or wrong, or a loss.</summary>
public static class PairedComparison
{
    /// <summary>Up to so many rows every sign flip is tried (65,536); beyond, flips are sampled.</summary>
    public const int ExactRows = 16;

    /// <summary>Student's t on the differences (Student 1908). No p below two rows or when all differences are equal but not 0.</summary>
    public static PairedResult StudentT(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double level)
    {
        var d = Differences(first, second);
        var mean = Intervals.Mean(d, default, level);
        if (mean.Value is not { } difference || mean.Interval is not { } interval)
            return new(ComparisonMethod.PairedT, mean.Value, null, null, null, d.Length);
        var error = Math.Sqrt(d.Sum(x => (x - difference) * (x - difference)) / (d.Length - 1) / d.Length);
        if (error == 0)
            return new(ComparisonMethod.PairedT, difference, difference == 0 ? 0 : null, difference == 0 ? 1 : null, null, d.Length);
        var t = difference / error;
        return new(ComparisonMethod.PairedT, difference, t, StudentLaw.TwoSided(t, d.Length - 1), interval, d.Length);
    }

    /// <summary>The mean difference among all flips of signs; p is the share of flips at least as extreme, two-sided twice the smaller, at most 1.</summary>
    /// <remarks>Fisher 1935. Sampled: (1 + hits) / (1 + replicates), so that p is never 0 and never too small (Phipson, Smyth 2010).</remarks>
    public static PermutationResult Permute(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ResamplingPlan plan)
    {
        plan.Check();
        var d = Differences(first, second);
        if (d.Length == 0)
            throw new ArgumentException("No rows.", nameof(first));
        return d.Length <= ExactRows ? Enumerate(d) : Sample(d, plan);
    }

    /// <summary>The bootstrap of paired rows: BCa interval of the mean difference, p from the replicates about 0, never below 1/(replicates + 1).</summary>
    /// <remarks>Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 14 and 16.</remarks>
    public static PairedResult Resample(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ResamplingPlan plan)
    {
        plan.Check();
        var d = Differences(first, second);
        if (d.Length < 2)
            return new(ComparisonMethod.Bootstrap, d.Length == 0 ? null : d[0], null, null, null, d.Length);
        var sum = d.Sum();
        var replicates = Bootstrap.Replicates(d.Length, default, w => Weighted(d, w), plan);
        double[] jackknife = [.. d.Select(x => (sum - x) / (d.Length - 1))];
        var interval = Bootstrap.Bca(sum / d.Length, replicates, jackknife, plan.Level) ?? Bootstrap.Percentile(replicates, plan.Level);
        return new(ComparisonMethod.Bootstrap, sum / d.Length, null, Math.Max(Bootstrap.PValue(replicates), 1.0 / (replicates.Length + 1)), interval, d.Length);
    }

    private static double? Weighted(double[] values, ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
            sum += weights[i] * values[i];
        return sum / values.Length;
    }

    private static PermutationResult Enumerate(double[] d)
    {
        int less = 0, greater = 0, flips = 1 << d.Length;
        var observed = d.Sum();
        for (var flip = 0; flip < flips; flip++)
        {
            var sum = 0.0;
            for (var i = 0; i < d.Length; i++)
                sum += (flip >> i & 1) == 0 ? d[i] : -d[i];
            less += sum <= observed + Slack(d) ? 1 : 0;
            greater += sum >= observed - Slack(d) ? 1 : 0;
        }
        return Result(ComparisonMethod.PermutationExact, d, (double)less / flips, (double)greater / flips);
    }

    private static PermutationResult Sample(double[] d, ResamplingPlan plan)
    {
        int less = 0, greater = 0;
        var (observed, slack) = (d.Sum(), Slack(d));
        Parallel.For(0, plan.Replicates, plan.Parallelism, replicate =>
        {
            var (random, sum) = (RandomStream.Of(plan.Seed, replicate), 0.0);
            for (var i = 0; i < d.Length; i++)
                sum += (random.Next() & 1) == 0 ? d[i] : -d[i];
            if (sum <= observed + slack)
                Interlocked.Increment(ref less);
            if (sum >= observed - slack)
                Interlocked.Increment(ref greater);
        });
        return Result(ComparisonMethod.PermutationSampled, d, (1.0 + less) / (1 + plan.Replicates), (1.0 + greater) / (1 + plan.Replicates));
    }

    private static PermutationResult Result(ComparisonMethod method, double[] d, double less, double greater) =>
        new(method, d.Average(), less, greater, Math.Min(1, 2 * Math.Min(less, greater)), d.Length);

    /// <summary>Sums that are equal on paper differ by rounding: what is nearer than this counts as equal.</summary>
    private static double Slack(double[] d) => 1e-14 * d.Sum(Math.Abs);

    internal static double[] Differences(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        Require.SameLength(first.Length, second.Length, nameof(second));
        Require.Finite(first, nameof(first));
        Require.Finite(second, nameof(second));
        var d = new double[first.Length];
        for (var i = 0; i < d.Length; i++)
            d[i] = first[i] - second[i];
        return d;
    }
}
