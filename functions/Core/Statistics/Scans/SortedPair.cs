using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Core.Statistics;

/// <summary>What one pass over two sorted columns gives.</summary>
/// <param name="Gap">The largest |i m − j n|: Kolmogorov–Smirnov's D times n m, in whole numbers.</param>
/// <param name="Wasserstein">∫ |F − G|.</param>
public readonly record struct SortedPair(long Gap, double Wasserstein)
{
    /// <summary>Walks both sorted columns once, no branch in the loop that data decide, no allocation; 0 when one is empty.</summary>
    public static SortedPair Compare<T>(ReadOnlySpan<T> reference, ReadOnlySpan<T> current)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = reference.Length, m = current.Length, i = 0, j = 0;
        if (n == 0 || m == 0)
            return default;
        ref var x = ref MemoryMarshal.GetReference(reference);
        ref var y = ref MemoryMarshal.GetReference(current);
        var walk = new Walk(1.0 / n / m, double.CreateTruncating(T.Min(x, y)));
        while (i < n && j < m)
        {
            T a = Unsafe.Add(ref x, i), b = Unsafe.Add(ref y, j);
            int stepA = a <= b ? 1 : 0, stepB = b <= a ? 1 : 0;
            walk.To(double.CreateTruncating(T.Min(a, b)), stepA * (long)m - stepB * (long)n);
            i += stepA;
            j += stepB;
        }
        for (; i < n; i++)
            walk.To(double.CreateTruncating(Unsafe.Add(ref x, i)), m);
        for (; j < m; j++)
            walk.To(double.CreateTruncating(Unsafe.Add(ref y, j)), -n);
        return new(walk.Gap, walk.Area);
    }

    /// <summary>The difference of the distribution functions, times n m, as it is after each value.</summary>
    private struct Walk(double unit, double start)
    {
        private long _difference;
        private double _at = start;

        public long Gap;

        public double Area;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void To(double value, long step)
        {
            var size = Math.Abs(_difference);
            // Between equal values the functions have not finished their step.
            Gap = value > _at && size > Gap ? size : Gap;
            double share = size * unit, width = value - _at;
            // The distance between two finite doubles may exceed the largest double; its share need not.
            Area += double.IsFinite(width) ? share * width : share * value - share * _at;
            _at = value;
            _difference += step;
        }
    }
}
