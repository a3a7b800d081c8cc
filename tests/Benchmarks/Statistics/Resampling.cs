using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Statistics;

/// <summary>Permutations and the bootstrap on one thread and on all; the results must be the same.</summary>
internal static class Resampling
{
    public static void Report(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double[] x = [.. first], y = [.. second];
        Compare("2,000 permutations", threads => Permutation.Test(x, y, MeanGap, ResamplingPlan.Default with { Replicates = 2_000, Threads = threads }).PValue);
        Compare("2,000 bootstraps", threads => Bootstrap.Estimate(x.Length, default, weights => Mean(x, weights), ResamplingPlan.Default with { Replicates = 2_000, Threads = threads }).Interval!.Value.Low);
    }

    private static void Compare(string name, Func<int, double> result)
    {
        if (result(1) != result(-1) || result(1) != result(3))
            throw new InvalidOperationException($"{name}: the result depends on the number of threads.");
        Pair.Time(name, () => result(1), () => result(-1)).Print("one thread");
    }

    private static double MeanGap(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Math.Abs(Average(x) - Average(y));

    private static double Average(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum / values.Length;
    }

    private static double Mean(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        var (sum, total) = (0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            sum += values[i] * weights[i];
            total += weights[i];
        }
        return sum / total;
    }
}
