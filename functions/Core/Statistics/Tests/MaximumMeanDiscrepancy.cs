using System.Numerics.Tensors;

namespace Serverless.Core.Statistics;

/// <summary>Maximum mean discrepancy of two sets of vectors under the kernel exp(−‖x − y‖²/2σ²), with a permutation p-value: for embeddings.</summary>
/// <remarks>Gretton, Borgwardt, Rasch, Schölkopf and Smola, JMLR 13 (2012): the unbiased estimate, eq. 3, and the biased one, eq. 5; σ by the median heuristic.</remarks>
public static class MaximumMeanDiscrepancy
{
    /// <summary>Vectors of both sides together, at most: the kernel matrix is held in memory.</summary>
    public const int MaximumVectors = 8192;

    /// <summary>Tests vectors that lie one after the other.</summary>
    /// <param name="reference">The reference's vectors.</param>
    /// <param name="current">The window's vectors.</param>
    /// <param name="dimensions">Numbers of a vector.</param>
    /// <param name="bandwidth">σ; null for the (upper) median of the distances that are not zero.</param>
    /// <param name="plan">How often to permute.</param>
    /// <returns>Statistic: the unbiased MMD², which may be below zero. Effect: the biased MMD, which may not.</returns>
    /// <exception cref="ArgumentException">Fewer than two vectors on a side, more than 8,192 in all, a length that the dimensions do not divide, or a value that is not finite.</exception>
    public static TestResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int dimensions, double? bandwidth, ResamplingPlan plan)
    {
        var (n, m) = (Count(reference, dimensions, nameof(reference)), Count(current, dimensions, nameof(current)));
        if (n + m > MaximumVectors) throw new ArgumentException($"At most {MaximumVectors} vectors in all.", nameof(current));
        if (bandwidth is { } given && !(given > 0 && double.IsFinite(given))) throw new ArgumentException("A bandwidth is a finite number above zero.", nameof(bandwidth));
        var kernel = Kernel([.. reference, .. current], dimensions, bandwidth);
        int[] seen = [.. Enumerable.Range(0, n + m)];
        var (unbiased, biased) = Of(kernel, seen, n);
        var hits = Permutation.Hits(plan, n + m, (order, _) => Of(kernel, order, n).Unbiased >= unbiased - 1e-12 * Math.Abs(unbiased));
        return new(unbiased, (1.0 + hits) / (1 + plan.Replicates), n, m, TestMethod.Permutation, Math.Sqrt(Math.Max(0, biased)));
    }

    private static (double Unbiased, double Biased) Of(double[][] kernel, int[] order, int n)
    {
        int all = order.Length, m = all - n;
        double within = 0, between = 0, other = 0;
        for (var i = 0; i < all; i++)
        {
            var row = kernel[order[i]];
            double first = 0, second = 0;
            for (var j = 0; j < n; j++) first += row[order[j]];
            for (var j = n; j < all; j++) second += row[order[j]];
            if (i < n) (within, between) = (within + first, between + second);
            else other += second;
        }
        // The diagonal is 1 everywhere.
        return ((within - n) / ((double)n * (n - 1)) + (other - m) / ((double)m * (m - 1)) - 2 * between / ((double)n * m),
            within / ((double)n * n) + other / ((double)m * m) - 2 * between / ((double)n * m));
    }

    private static double[][] Kernel(double[] vectors, int dimensions, double? bandwidth)
    {
        var count = vectors.Length / dimensions;
        // Squares of huge or tiny coordinates would overflow or vanish.
        var largest = Math.Abs(vectors[TensorPrimitives.IndexOfMaxMagnitude<double>(vectors)]);
        if (largest > 0) TensorPrimitives.Divide(vectors, largest, vectors);
        var squares = new double[count][];
        Parallel.For(0, count, i =>
        {
            squares[i] = new double[count];
            for (var j = 0; j < count; j++)
            {
                var distance = TensorPrimitives.Distance<double>(vectors.AsSpan(i * dimensions, dimensions), vectors.AsSpan(j * dimensions, dimensions));
                squares[i][j] = distance * distance;
            }
        });
        var sigma = bandwidth is { } given ? given / Math.Max(largest, double.Epsilon) * (given / Math.Max(largest, double.Epsilon)) : Median(squares);
        // All vectors alike: any bandwidth says the same.
        var scale = sigma > 0 ? -1 / (2 * sigma) : -1;
        foreach (var row in squares)
        {
            TensorPrimitives.Multiply(row, scale, row);
            TensorPrimitives.Exp(row, row);
        }
        return squares;
    }

    private static double Median(double[][] squares)
    {
        double[] pairs = [.. Enumerable.Range(0, squares.Length).SelectMany(i => squares[i].Take(i)).Where(square => square > 0)];
        if (pairs.Length == 0) return 0;
        Array.Sort(pairs);
        return pairs[pairs.Length / 2];
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
