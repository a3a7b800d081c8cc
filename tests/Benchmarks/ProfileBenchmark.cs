using System.Diagnostics;
using Serverless.Core.Statistics;

namespace Serverless.Benchmarks;

/// <summary>Profile updates with everything on, beside a plain loop that only counts, sums and finds the extremes.</summary>
internal static class ProfileBenchmark
{
    public static Task Run(string[] args)
    {
        var random = new Random(1);
        double[] wide = [.. Enumerable.Range(0, 1_000_000).Select(_ => random.NextDouble() * 100 - 50)];
        float[] narrow = [.. wide.Select(x => (float)x)];
        double[] rounded = [.. wide.Select(x => Math.Round(x, 1))];
        Report("double", () => new ColumnProfile().Add(wide), wide);
        Report("float", () => new ColumnProfile().Add(narrow), wide);
        Report("double, 1,001 distinct", () => new ColumnProfile().Add(rounded), wide);
        return Task.CompletedTask;
    }

    private static void Report(string name, Action profile, double[] values)
    {
        var (profiles, loops) = (new List<double>(), new List<double>());
        for (var round = 0; round < 21; round++)
        {
            profiles.Add(Rate(profile, values.Length));
            loops.Add(Rate(() => Plain(values), values.Length));
        }
        profiles.Sort();
        loops.Sort();
        Console.WriteLine($"{name,-24} profile {profiles[10]:F1} M values/s ({profiles[0]:F1} … {profiles[^1]:F1}); plain loop {loops[10]:F0}; ratio {profiles[10] / loops[10]:F3}");
    }

    private static double Rate(Action action, int count)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e6;
    }

    private static double Plain(double[] values)
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
}
