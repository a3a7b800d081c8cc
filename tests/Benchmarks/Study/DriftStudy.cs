using System.Diagnostics;
using System.Globalization;

namespace Serverless.Benchmarks.Study;

/// <summary>The tables of docs/statistics.md. <c>study [scans]</c>: 2,000 scans by default; the seeds are fixed.</summary>
internal static class DriftStudy
{
    public static Task Run(string[] args)
    {
        var scans = args is [var given, ..] ? int.Parse(given, CultureInfo.InvariantCulture) : 2_000;
        var watch = Stopwatch.StartNew();
        Console.WriteLine($"Reference: {Scans.ReferenceSize:N0} rows. Rule: 1 % of clean scans, Benjamini–Hochberg, relevant effects by default.");
        Step(() => FalseAlarms.OfNumbers(scans, 1));
        Step(() => FalseAlarms.OfNumbers(scans, 30));
        Step(() => FalseAlarms.OfLabels(scans, 1));
        Step(() => FalseAlarms.OfLabels(scans, 30));
        Step(() => FalseAlarms.OfOtherRules(scans, 1, [100, 1_000, 10_000, 100_000]));
        Step(() => FalseAlarms.OfOtherRules(scans, 30, [100, 1_000]));
        foreach (var size in new[] { 100, 1_000, 10_000 })
            Step(() => Power.OfNumbers(scans / 5, size));
        Step(() => Power.OfLabels(scans / 5, 1_000));
        Step(() => Power.OfTheIrrelevant(scans, [1_000, 10_000, 100_000, 1_000_000]));
        Step(() => Detectors.Report(scans / 4));
        return Task.CompletedTask;

        void Step(Action part)
        {
            part();
            Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds:0} s");
        }
    }
}
