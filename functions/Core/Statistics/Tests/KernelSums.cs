namespace Serverless.Core.Statistics;

/// <summary>Sums of a kernel within subsets of its rows, for many subsets in one walk over blocks of rows: the kernel is never held whole.</summary>
/// <remarks>At 8,192 vectors a block is 16 MiB. A sum depends on the subset alone, whatever its order and the number of threads.</remarks>
internal sealed class KernelSums
{
    private const int BlockCells = 1 << 21;

    private readonly GaussianKernel _kernel;
    private readonly ParallelOptions _parallelism;
    private readonly double[] _rows;

    public KernelSums(GaussianKernel kernel, ParallelOptions parallelism)
    {
        (_kernel, _parallelism, _rows) = (kernel, parallelism, new double[kernel.Count]);
        Walk((first, block) => Parallel.For(0, block.Length, parallelism, at => _rows[first + at] = block[at].Sum()));
    }

    /// <summary>The unbiased MMD² of each subset against all the others, and the biased one. Subsets must be sorted.</summary>
    public (double Unbiased, double Biased)[] Discrepancies(int[][] subsets)
    {
        var (within, next) = (new double[subsets.Length], new int[subsets.Length]);
        Walk((first, block) => Parallel.For(0, subsets.Length, _parallelism, at =>
        {
            var subset = subsets[at];
            for (; next[at] < subset.Length && subset[next[at]] < first + block.Length; next[at]++)
            {
                var row = block[subset[next[at]] - first];
                foreach (var column in subset) within[at] += row[column];
            }
        }));
        return [.. subsets.Select((subset, at) => Discrepancy(subset, within[at]))];
    }

    private (double Unbiased, double Biased) Discrepancy(int[] subset, double within)
    {
        double n = subset.Length, m = _rows.Length - n, own = 0;
        foreach (var row in subset) own += _rows[row];
        double between = own - within, other = _rows.Sum() - own - between;
        // The diagonal is 1 everywhere.
        return ((within - n) / (n * (n - 1)) + (other - m) / (m * (m - 1)) - 2 * between / (n * m), within / (n * n) + other / (m * m) - 2 * between / (n * m));
    }

    private void Walk(Action<int, double[][]> visit)
    {
        var count = _kernel.Count;
        double[][] buffer = [.. Enumerable.Range(0, Math.Min(count, Math.Max(1, BlockCells / count))).Select(_ => new double[count])];
        for (var first = 0; first < count; first += buffer.Length)
        {
            var (start, block) = (first, buffer[..Math.Min(buffer.Length, count - first)]);
            Parallel.For(0, block.Length, _parallelism, at => _kernel.Row(start + at, block[at]));
            visit(start, block);
        }
    }
}
