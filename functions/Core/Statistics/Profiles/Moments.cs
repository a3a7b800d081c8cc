using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Serverless.Core.Statistics;

/// <summary>Count, mean and sums of central powers; mergeable.</summary>
/// <remarks>Pébay, Sandia report SAND2008-6212 (2008). Merging is associative up to rounding.</remarks>
public readonly record struct Moments(long Count, double Mean, double Second, double Third, double Fourth)
{
    /// <summary>Σ(x−x̄)²/(n−1); null below two values.</summary>
    public double? Variance => Count < 2 ? null : Second / (Count - 1);

    /// <summary>√n·M₃/M₂^1.5; null for a constant column.</summary>
    public double? Skewness => Second > 0 ? Math.Sqrt(Count) * Third / Math.Pow(Second, 1.5) : null;

    /// <summary>n·M₄/M₂² − 3; null for a constant column.</summary>
    public double? ExcessKurtosis => Second > 0 ? Count * Fourth / (Second * Second) - 3 : null;

    /// <summary>Of finite values, in two vectorised passes.</summary>
    public static Moments Of(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
            return default;
        var mean = TensorPrimitives.Sum(values) / values.Length;
        var (m2, m3, m4) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var vectors = MemoryMarshal.Cast<double, Vector256<double>>(values);
        var centre = Vector256.Create(mean);
        foreach (var vector in vectors)
        {
            var d = vector - centre;
            var square = d * d;
            m2 += square;
            m3 += square * d;
            m4 += square * square;
        }
        var (second, third, fourth) = (Vector256.Sum(m2), Vector256.Sum(m3), Vector256.Sum(m4));
        foreach (var value in values[(vectors.Length * Vector256<double>.Count)..])
        {
            var d = value - mean;
            second += d * d;
            third += d * d * d;
            fourth += d * d * d * d;
        }
        return new(values.Length, mean, second, third, fourth);
    }

    /// <summary>The moments of both parts together.</summary>
    public Moments Merge(Moments other)
    {
        if (Count == 0 || other.Count == 0)
            return Count == 0 ? other : this;
        double a = Count, b = other.Count, n = a + b, d = other.Mean - Mean, r = d / n;
        return new(Count + other.Count, Mean + b * r,
            Second + other.Second + d * r * a * b,
            Third + other.Third + d * r * r * a * b * (a - b) + 3 * r * (a * other.Second - b * Second),
            Fourth + other.Fourth + d * r * r * r * a * b * (a * a - a * b + b * b)
                + 6 * r * r * (a * a * other.Second + b * b * Second) + 4 * r * (a * other.Third - b * Third));
    }
}
