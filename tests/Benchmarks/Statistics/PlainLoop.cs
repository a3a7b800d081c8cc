namespace Serverless.Benchmarks.Statistics;

/// <summary>The least that a pass over values costs.</summary>
internal static class PlainLoop
{
    public static double Extremes(double[] values)
    {
        var (sum, low, high) = (0.0, double.MaxValue, double.MinValue);
        foreach (var value in values)
        {
            sum += value;
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }
        return sum + low + high;
    }

    public static void Histogram(double[] values, double[] edges, long[] counts)
    {
        foreach (var value in values)
        {
            var at = Array.BinarySearch(edges, value);
            counts[at < 0 ? ~at : at]++;
        }
    }
}
