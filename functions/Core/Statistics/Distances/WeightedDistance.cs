namespace Serverless.Core.Statistics;

/// <summary>Distances between the distribution functions of two samples, weighted or not.</summary>
/// <remarks>Székely and Rizzo, Journal of Statistical Planning and Inference 143 (2013) for the energy distance; Ramdas, García and Cuturi, Entropy 19 (2017) for both as ∫ |F − G|ᵖ.</remarks>
public static class WeightedDistance
{
    /// <summary>∫ |F − G| dx. Weights may be empty: then all are alike. Infinite only where the distance is beyond the largest double.</summary>
    /// <exception cref="ArgumentException">A value is not finite, a sample is empty, or weights are negative or all zero.</exception>
    public static double Wasserstein(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, ReadOnlySpan<double> referenceWeights, ReadOnlySpan<double> currentWeights) =>
        Integral(reference, current, referenceWeights, currentWeights, squared: false);

    /// <summary>The energy distance √(2 ∫ (F − G)² dx).</summary>
    /// <exception cref="ArgumentException">As <see cref="Wasserstein"/>.</exception>
    public static double Energy(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, ReadOnlySpan<double> referenceWeights, ReadOnlySpan<double> currentWeights) =>
        Math.Sqrt(2) * Math.Sqrt(Integral(reference, current, referenceWeights, currentWeights, squared: true));

    /// <summary>The energy distance of samples.</summary>
    public static double Energy(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) => Energy(reference, current, [], []);

    private static double Integral(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> xWeights, ReadOnlySpan<double> yWeights, bool squared)
    {
        var (a, aTotal) = Sorted(x, xWeights, nameof(x));
        var (b, bTotal) = Sorted(y, yWeights, nameof(y));
        double f = 0, g = 0, sum = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length || i < a.Length && b.Length > 0 || j < b.Length && a.Length > 0;)
        {
            var at = i == a.Length ? b[j].Value : j == b.Length ? a[i].Value : Math.Min(a[i].Value, b[j].Value);
            for (; i < a.Length && a[i].Value == at; i++) f += a[i].Weight / aTotal;
            for (; j < b.Length && b[j].Value == at; j++) g += b[j].Weight / bTotal;
            if (i == a.Length && j == b.Length) break;
            var next = i == a.Length ? b[j].Value : j == b.Length ? a[i].Value : Math.Min(a[i].Value, b[j].Value);
            var gap = Math.Abs(f - g);
            double share = squared ? gap * gap : gap, width = next - at;
            // The distance between two finite doubles may exceed the largest double; its share need not.
            sum += double.IsFinite(width) ? share * width : share * next - share * at;
        }
        return sum;
    }

    private static ((double Value, double Weight)[] Values, double Total) Sorted(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, string name)
    {
        Sample.Check(values, name);
        Require.Weights(weights, values.Length);
        var pairs = new (double Value, double Weight)[values.Length];
        var total = 0.0;
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = (values[i] + 0.0, weights.IsEmpty ? 1 : weights[i]);
            total += pairs[i].Weight;
        }
        if (!(total > 0)) throw new ArgumentException("The weights must have a total above zero.", name);
        Array.Sort(pairs, (left, right) => left.Value.CompareTo(right.Value));
        return (pairs, total);
    }
}
