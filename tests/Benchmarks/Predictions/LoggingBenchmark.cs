using System.Globalization;
using Serverless.Benchmarks.Serving;
using Serverless.Benchmarks.Telemetry;

namespace Serverless.Benchmarks.Predictions;

/// <summary>
/// What logging costs a request over HTTP: the same model twice, once with the default policy and once with <c>mode: off</c>. Arguments: how many pairs; which loads
/// (<c>16/100</c>: connections and rows a request).
/// </summary>
internal static class LoggingBenchmark
{
    private const int Slices = 5;

    private static readonly (int Connections, int Rows)[] Loads = [(16, 1), (64, 1), (16, 100), (64, 100)];

    // So long as rows wait for others: a shorter one would append more often than the log does.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(string[] args)
    {
        if (await OneProcess.RestartedAsync(OneProcess.Settings, "logging", args)) return;
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
        await using var comparison = await SlicedComparison.StartAsync(Slice, Slices);
        Console.WriteLine($"{pairs} pairs of {comparison.Description}; median [95 % interval of the median]");
        Console.WriteLine("| connections | rows | off, requests/s | on / off | CPU µs a request, off | on / off | bytes a request, off | on / off | more on | appends a 1,000 rows | bytes stored a row |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (connections, rows) in Loads.Where(load => Asked.For($"{load.Connections}/{load.Rows}", args)))
        {
            var rounds = await comparison.RunAsync(new(TelemetrySettings.Metrics, Side.Logged, rows), new(TelemetrySettings.Metrics, Side.Unlogged, rows), connections, pairs);
            Console.WriteLine($"| {connections} | {rows} | {rounds.Ratio(one => one.PerSecond, "0")} | {rounds.Ratio(one => one.Microseconds, "0.0")} | {rounds.Ratio(one => one.Bytes, "0")} | {rounds.More(one => one.Bytes)} | {rounds.With(one => one.AppendsOfThousandRows, "0.000")} | {rounds.With(one => one.StoredOfRow, "0.0")} |");
        }
    }
}
