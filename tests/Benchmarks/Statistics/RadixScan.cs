using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Statistics;

/// <summary>The same figures from the suite's own pass, all buffers from outside.</summary>
internal static class RadixScan
{
    public static double Of(double[] reference, double[] current, double[] buffer, double[] scratch, double[] edges)
    {
        current.CopyTo(buffer, 0);
        RadixSort.Sort(buffer, scratch);
        return Figures(SortedPair.Compare<double>(reference, buffer), reference.Length) + Stability(buffer, edges) + Quantiles(buffer);
    }

    public static double Of(float[] reference, float[] current, float[] buffer, float[] scratch, double[] edges)
    {
        current.CopyTo(buffer, 0);
        RadixSort.Sort(buffer, scratch);
        var sum = Figures(SortedPair.Compare<float>(reference, buffer), reference.Length);
        Span<double> wide = stackalloc double[100], counts = stackalloc double[10], even = stackalloc double[10];
        Span<long> found = stackalloc long[10];
        for (var k = 0; k < 100; k++)
            wide[k] = buffer[buffer.Length / 100 * k];
        Span<float> narrow = stackalloc float[edges.Length];
        for (var i = 0; i < edges.Length; i++)
            narrow[i] = (float)edges[i];
        Histogram.Count(buffer, narrow, found);
        for (var i = 0; i < counts.Length; i++)
            (counts[i], even[i]) = (found[i], 0.1);
        return sum + Divergence.PopulationStability(even, counts) + wide[50];
    }

    private static double Figures(SortedPair pair, int rows) => pair.Gap / (double)rows / rows + pair.Wasserstein;

    private static double Stability(double[] sorted, double[] edges)
    {
        Span<double> counts = stackalloc double[edges.Length + 1], even = stackalloc double[edges.Length + 1];
        Bins.Count(sorted, edges, counts);
        even.Fill(0.1);
        return Divergence.PopulationStability(even, counts);
    }

    private static double Quantiles(double[] sorted)
    {
        var sum = 0.0;
        for (var k = 0; k < 100; k++)
            sum += Bins.Quantile(sorted, k / 100.0);
        return sum;
    }
}
