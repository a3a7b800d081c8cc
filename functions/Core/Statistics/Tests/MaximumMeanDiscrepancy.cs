namespace Serverless.Core.Statistics;

/// <summary>Maximum mean discrepancy of two sets of vectors under the kernel exp(−‖x − y‖²/2σ²), with a permutation p-value: for embeddings.</summary>
/// <remarks>
/// Gretton, Borgwardt, Rasch, Schölkopf and Smola, JMLR 13 (2012): the unbiased estimate, eq. 3, and the biased one, eq. 5; σ by the median heuristic.
/// Time grows with replicates times the square of the smaller side, memory with the vectors: about 40 MB at the most vectors and 1,000 replicates.
/// </remarks>
public static class MaximumMeanDiscrepancy
{
    /// <summary>Vectors of both sides together, at most: time grows with their square.</summary>
    public const int MaximumVectors = 8192;

    // Replicates walked together.
    private const int Group = 1000;

    // A kernel is at most 1, so its means are wrong by no more than this.
    private const double Slack = 1e-13;

    /// <summary>Tests vectors that lie one after the other.</summary>
    /// <param name="reference">The reference's vectors.</param>
    /// <param name="current">The window's vectors.</param>
    /// <param name="dimensions">Numbers of a vector.</param>
    /// <param name="bandwidth">σ; null for the (upper) median of the distances that are not zero.</param>
    /// <param name="plan">How often to permute.</param>
    /// <returns>Statistic: the unbiased MMD², which may be below zero. Effect: the biased MMD, which may not.</returns>
    /// <exception cref="ArgumentException">Fewer than two vectors on a side, more than 8,192 in all, a length that the dimensions do not divide, a value that is not finite, or a plan that cannot be.</exception>
    public static TestResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int dimensions, double? bandwidth, ResamplingPlan plan)
    {
        plan.Check();
        var (n, m) = (Count(reference, dimensions, nameof(reference)), Count(current, dimensions, nameof(current)));
        if (n + m > MaximumVectors) throw new ArgumentException($"At most {MaximumVectors} vectors in all.", nameof(current));
        if (bandwidth is { } given && !(given > 0 && double.IsFinite(given))) throw new ArgumentException("A bandwidth is a finite number above zero.", nameof(bandwidth));
        var sums = new KernelSums(new GaussianKernel([.. reference, .. current], dimensions, bandwidth, plan.Parallelism), plan.Parallelism);
        var (unbiased, biased) = sums.Discrepancies([Smaller([.. Enumerable.Range(0, n + m)], n)])[0];
        var hits = 0;
        for (var first = 0; first < plan.Replicates; first += Group)
        {
            int[][] dealt = [.. Enumerable.Range(first, Math.Min(Group, plan.Replicates - first)).Select(replicate => Smaller(Permutation.Order(plan, n + m, replicate), n))];
            hits += sums.Discrepancies(dealt).Count(found => found.Unbiased >= unbiased - Slack);
        }
        return new(unbiased, (1.0 + hits) / (1 + plan.Replicates), n, m, TestMethod.Permutation, Math.Sqrt(Math.Max(0, biased)));
    }

    // The discrepancy is the same from both sides.
    private static int[] Smaller(int[] order, int n)
    {
        var side = n <= order.Length - n ? order[..n] : order[n..];
        Array.Sort(side);
        return side;
    }

    private static int Count(ReadOnlySpan<double> vectors, int dimensions, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        Require.Finite(vectors, name);
        return vectors.Length % dimensions == 0 && vectors.Length / dimensions >= 2
            ? vectors.Length / dimensions
            : throw new ArgumentException($"At least two vectors of {dimensions} numbers each.", name);
    }
}
