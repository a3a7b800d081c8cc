using System.Numerics.Tensors;

namespace Serverless.Core.Statistics;

/// <summary>What the two-sample tests ask of a sample: not empty, every value finite.</summary>
internal static class Sample
{
    public static double[] Sorted(ReadOnlySpan<double> values, string name)
    {
        Check(values, name);
        var sorted = values.ToArray();
        TensorPrimitives.Add(sorted, 0.0, sorted); // −0 becomes 0: they are one value
        Array.Sort(sorted);
        return sorted;
    }

    public static void Check(ReadOnlySpan<double> values, string name)
    {
        if (values.IsEmpty)
            throw new ArgumentException("A sample must have a value.", name);
        Require.Finite(values, name);
    }

    /// <summary>A power of two to multiply both samples by, so that no difference overflows and denormals do not lose their last bits: 1 but at the ends of the doubles.</summary>
    public static double Unit(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var largest = Math.Max(Math.Abs(TensorPrimitives.MaxMagnitude(reference)), Math.Abs(TensorPrimitives.MaxMagnitude(current)));
        return largest > 2.2e307 ? 0.125 : largest < 1e-120 ? Math.ScaleB(1, 400) : 1;
    }

    public static double Mean(ReadOnlySpan<double> values)
    {
        var mean = 0.0;
        for (var i = 0; i < values.Length; i++)
            mean += (values[i] - mean) / (i + 1);
        return mean;
    }

    /// <summary>Σ (x − mean)²; shifted by the mean, so that a large offset costs no digits.</summary>
    public static double SquaresAround(ReadOnlySpan<double> values, double mean)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += (value - mean) * (value - mean);
        return sum;
    }
}
