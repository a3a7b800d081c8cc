using System.Diagnostics;

namespace Serverless.Benchmarks.Statistics;

/// <summary>Two ways of one job, timed in turns.</summary>
internal sealed record Pair(string Name, Spread Plain, Spread Ours, Spread Ratio, long Allocated)
{
    private const int WarmUp = 25, Rounds = 21;

    public static Pair Time(string name, Action plain, Action ours)
    {
        for (var round = 0; round < WarmUp; round++)
        {
            plain();
            ours();
        }
        List<double> plains = [], others = [], ratios = [];
        var allocated = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            plains.Add(Milliseconds(plain));
            var before = GC.GetAllocatedBytesForCurrentThread();
            others.Add(Milliseconds(ours));
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            ratios.Add(plains[^1] / others[^1]);
        }
        return new(name, Spread.Of(plains), Spread.Of(others), Spread.Of(ratios), allocated);
    }

    public void Print(string baseline) =>
        Console.WriteLine($"{Name,-28} {Ours.Show("F1")}; {baseline} {Plain.Show("F1")}; {Ratio.Show("F1")} times faster; {Allocated:N0} bytes allocated");

    public void PrintRates(int values, string baseline) =>
        Console.WriteLine($"{Name,-28} {Rate(values, Ours):F0} ({Rate(values, Ours.Highest):F0}–{Rate(values, Ours.Lowest):F0}); {baseline} {Rate(values, Plain):F0}; ratio {Ratio.Show("F2")}");

    private static double Rate(int values, Spread time) => Rate(values, time.Median);

    private static double Rate(int values, double milliseconds) => values / milliseconds / 1000;

    private static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
