using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Statistics;

/// <summary>Scans, profiles, histograms and resampling, each beside a plain way of doing the same in the same run.</summary>
internal static class StatisticsBenchmark
{
    private const int Rows = 1_000_000;

    public static Task Run(string[] args)
    {
        var random = new Random(1);
        double[] normal = [.. Enumerable.Range(0, Rows).Select(_ => Normal(random))];
        double[] reference = [.. Enumerable.Range(0, Rows).Select(_ => Normal(random)).Order()];
        double[] rounded = [.. normal.Select(x => Math.Round(x, 2))];
        float[] narrow = [.. normal.Select(x => (float)x)], narrowReference = [.. reference.Select(x => (float)x)];

        Console.WriteLine($"One column of {Rows:N0} values, reference sorted: sort, Kolmogorov–Smirnov, Wasserstein, PSI, quantiles (milliseconds, median and range)");
        Scans(reference, normal, narrowReference, narrow, rounded);
        Console.WriteLine();
        Console.WriteLine("Million values a second on one core");
        Profiles(normal, narrow, rounded);
        Histograms(normal, narrow, reference);
        Console.WriteLine();
        Console.WriteLine("Resampling, milliseconds");
        Resampling.Report(normal.AsSpan(0, 2_000), reference.AsSpan(0, 2_000));
        return Task.CompletedTask;
    }

    private static void Scans(double[] reference, double[] normal, float[] narrowReference, float[] narrow, double[] rounded)
    {
        double[] buffer = new double[Rows], scratch = new double[Rows];
        float[] narrowBuffer = new float[Rows], narrowScratch = new float[Rows];
        var edges = Bins.QuantileEdges(reference, 10);
        Pair.Time("double", () => PlainScan.Of(reference, normal, buffer), () => RadixScan.Of(reference, normal, buffer, scratch, edges)).Print("Array.Sort and plain loops");
        Pair.Time("double, ties", () => PlainScan.Of(reference, rounded, buffer), () => RadixScan.Of(reference, rounded, buffer, scratch, edges)).Print("Array.Sort and plain loops");
        Pair.Time("float", () => PlainScan.Of(narrowReference, narrow, narrowBuffer), () => RadixScan.Of(narrowReference, narrow, narrowBuffer, narrowScratch, edges)).Print("Array.Sort and plain loops");
    }

    private static void Profiles(double[] normal, float[] narrow, double[] rounded)
    {
        Pair.Time("profile, double", () => PlainLoop.Extremes(normal), () => new ColumnProfile().Add(normal)).PrintRates(Rows, "count, sum and extremes in a plain loop");
        Pair.Time("profile, float", () => PlainLoop.Extremes(normal), () => new ColumnProfile().Add(narrow)).PrintRates(Rows, "count, sum and extremes in a plain loop");
        Pair.Time("profile, two decimals", () => PlainLoop.Extremes(rounded), () => new ColumnProfile().Add(rounded)).PrintRates(Rows, "count, sum and extremes in a plain loop");
    }

    private static void Histograms(double[] normal, float[] narrow, double[] reference)
    {
        foreach (var bins in (int[])[10, 20, 50, 97])
        {
            var edges = Bins.QuantileEdges(reference, bins);
            float[] narrowEdges = [.. edges.Select(edge => (float)edge)];
            var counts = new long[bins];
            Pair.Time($"histogram, {bins} bins, double", () => PlainLoop.Histogram(normal, edges, counts), () => Histogram.Count<double>(normal, edges, counts)).PrintRates(Rows, "binary search a value");
            Pair.Time($"histogram, {bins} bins, float", () => PlainLoop.Histogram(normal, edges, counts), () => Histogram.Count<float>(narrow, narrowEdges, counts)).PrintRates(Rows, "binary search a value");
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
