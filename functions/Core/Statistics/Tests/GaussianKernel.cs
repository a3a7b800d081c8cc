using System.Numerics.Tensors;

namespace Serverless.Core.Statistics;

/// <summary>The kernel exp(−‖x − y‖²/2σ²) of a set of vectors, made row by row and never held whole: memory grows with the vectors, not with their square.</summary>
/// <remarks>σ by the median heuristic of Gretton et al., JMLR 13 (2012), section 8: the upper median of the distances that are not zero, exact, found by counting bits.</remarks>
internal sealed class GaussianKernel
{
    private const int Digits = 16, Buckets = 1 << Digits;

    private readonly double[] _vectors;
    private readonly int _dimensions;
    private readonly double _scale;

    public GaussianKernel(double[] vectors, int dimensions, double? bandwidth, ParallelOptions parallelism)
    {
        (_vectors, _dimensions, Count) = (vectors, dimensions, vectors.Length / dimensions);
        // Squares of huge or tiny coordinates would overflow or vanish.
        var largest = Math.Abs(vectors[TensorPrimitives.IndexOfMaxMagnitude<double>(vectors)]);
        if (largest > 0) TensorPrimitives.Divide(vectors, largest, vectors);
        var sigma = bandwidth is { } given ? given / Math.Max(largest, double.Epsilon) * (given / Math.Max(largest, double.Epsilon)) : Median(parallelism);
        // All vectors alike: any bandwidth says the same.
        _scale = sigma > 0 ? -1 / (2 * sigma) : -1;
    }

    /// <summary>The vectors.</summary>
    public int Count { get; }

    /// <summary>The kernel between one vector and all.</summary>
    public void Row(int i, Span<double> row)
    {
        for (var j = 0; j < row.Length; j++) row[j] = Square(i, j);
        TensorPrimitives.Multiply(row, _scale, row);
        TensorPrimitives.Exp(row, row);
    }

    private double Square(int i, int j)
    {
        var distance = TensorPrimitives.Distance<double>(_vectors.AsSpan(i * _dimensions, _dimensions), _vectors.AsSpan(j * _dimensions, _dimensions));
        return distance * distance;
    }

    // Positive doubles stand in the order of their bits: the bits of the median are found sixteen at a time.
    private double Median(ParallelOptions parallelism)
    {
        var (prefix, rank) = (0L, -1L);
        for (var shift = 64 - Digits; shift >= 0; shift -= Digits)
        {
            var counts = Histogram(prefix, shift, parallelism);
            if (rank < 0) rank = counts.Sum() / 2;
            if (counts.Sum() == 0) return 0;
            var bucket = 0;
            for (; rank >= counts[bucket]; bucket++) rank -= counts[bucket];
            prefix = (prefix << Digits) | (long)bucket;
        }
        return BitConverter.Int64BitsToDouble(prefix);
    }

    // How many squares that begin with the prefix have which digits next.
    private long[] Histogram(long prefix, int shift, ParallelOptions parallelism)
    {
        var all = new long[Buckets];
        Parallel.For(1, Count, parallelism, () => new long[Buckets], (i, _, own) =>
        {
            for (var j = 0; j < i; j++)
            {
                var square = Square(i, j);
                var bits = BitConverter.DoubleToInt64Bits(square);
                if (square > 0 && (shift + Digits == 64 || bits >> (shift + Digits) == prefix)) own[(bits >> shift) & (Buckets - 1)]++;
            }
            return own;
        }, own =>
        {
            lock (all) TensorPrimitives.Add(all, own, all);
        });
        return all;
    }
}
