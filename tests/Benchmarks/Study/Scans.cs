using System.Globalization;
using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Study;

/// <summary>Counts scans in parallel, each with random numbers of its own, and shows shares with their uncertainty.</summary>
internal static class Scans
{
    public const int ReferenceSize = 20_000;

    /// <summary>How many of the scans gave true, for each of the questions a scan answers.</summary>
    public static int[] Count(int scans, long stream, int questions, Func<long, bool[]> scan)
    {
        var counts = new int[questions];
        Parallel.For(0, scans, index =>
        {
            var answers = scan(stream * 1_000_003 + index);
            for (var i = 0; i < questions; i++)
                if (answers[i])
                    Interlocked.Increment(ref counts[i]);
        });
        return counts;
    }

    public static bool Drifted(IReadOnlyList<FeatureMeasurement> measurements, DriftRule rule) =>
        Judge.Scan(measurements, rule).Verdict == DriftVerdict.Drifted;

    /// <summary>A share in per cent with Wilson's interval of 95 %.</summary>
    public static string Share(int count, int of)
    {
        var interval = Intervals.Wilson(count, of, 0.95)!.Value;
        return string.Create(CultureInfo.InvariantCulture, $"{100.0 * count / of:0.0#} ({100 * interval.Low:0.0#}–{100 * interval.High:0.0#})");
    }

    public static void Row(string name, IEnumerable<string> cells) => Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");

    public static void Head(string title, string first, IEnumerable<string> columns)
    {
        Console.WriteLine($"\n**{title}**\n");
        Row(first, columns);
        Row("---", columns.Select(_ => "---"));
    }
}
