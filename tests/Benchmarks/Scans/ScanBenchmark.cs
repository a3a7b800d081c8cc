using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;
using Serverless.Hosting.Azurite;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.Findings;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;

namespace Serverless.Benchmarks.Scans;

/// <summary>A whole drift scan, 20 numeric and 5 categorical columns: window read from the log in blobs, reference already profiled, every column tested and drawn, the finding written as JSON.</summary>
/// <remarks><c>scan [rows]</c>: 1,000,000 by default; the reference has at most 1,000,000.</remarks>
internal static class ScanBenchmark
{
    private const int Rounds = 7;
    private static readonly DateTimeOffset Day = new(2025, 3, 4, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(string[] args)
    {
        if (args is ["measure", var storage, var size])
        {
            await MeasureAsync(Client(storage), int.Parse(size, CultureInfo.InvariantCulture));
            return;
        }
        var rows = args is [var count, ..] ? int.Parse(count, CultureInfo.InvariantCulture) : 1_000_000;
        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);
        var blobs = Client(azurite.ConnectionString);
        Console.WriteLine($"{rows:N0} rows of {Tables.Numeric} numeric and {Tables.Labelled} categorical columns");
        await Tables.WriteAsync(blobs, new PredictionReader(blobs, NullLogger<PredictionReader>.Instance), rows, Day);
        await KeepBaselineAsync(new BaselineStore(blobs), Math.Min(rows, 1_000_000));
        // A process of its own, whose memory is the scan's alone.
        var start = new ProcessStartInfo(Environment.ProcessPath!) { ArgumentList = { typeof(ScanBenchmark).Assembly.Location, "scan", "measure", azurite.ConnectionString, rows.ToString(CultureInfo.InvariantCulture) } };
        using var child = Process.Start(start)!;
        await child.WaitForExitAsync();
    }

    private static async Task MeasureAsync(BlobServiceClient blobs, int rows)
    {
        var reader = new PredictionReader(blobs, NullLogger<PredictionReader>.Instance);
        var window = new WindowReader(reader, new PredictionJoin(reader, new TruthReader(blobs, NullLogger<PredictionReader>.Instance)));
        var scans = new DriftScans(window, new References(window, new BaselineStore(blobs)), new HourProfiles(reader, window, blobs));
        var query = new WindowQuery(Tables.Model, new(Day, Day.AddDays(1)), Core.Monitoring.Signal.FeatureDrift);
        var (times, storage, sorts) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds + 2; round++)
        {
            var raw = await TimeAsync(() => DownloadAsync(blobs));
            await ForgetHoursAsync(blobs);
            var took = await TimeAsync(async () => Report(await scans.RunAsync(query, MonitoringPolicy.Defaults["feature-drift"], CancellationToken.None)));
            if (round < 2) continue;
            storage.Add(raw);
            times.Add(took);
        }
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        var stability = MonitoringPolicy.Defaults["feature-drift"] with { Method = DriftMethod.PopulationStability };
        await ForgetHoursAsync(blobs);
        var making = await TimeAsync(async () => Report(await scans.RunAsync(query, stability, CancellationToken.None)));
        var kept = new List<double>();
        for (var round = 0; round < Rounds; round++)
            kept.Add(await TimeAsync(async () => Report(await scans.RunAsync(query, stability, CancellationToken.None))));
        var sample = Tables.Columns(Math.Min(rows, 1_000_000), 5);
        for (var round = 0; round < 3; round++)
            sorts.Add(Time(() => PlainKolmogorov(sample)));
        var (scan, own, sort) = (Spread.Of(times), Spread.Of(storage), Spread.Of(sorts));
        Console.WriteLine($"scan                                   {scan.Show("F2")} s, {rows / scan.Median:N0} rows/s; beside the storage's own time {scan.Median - own.Median:F2} s");
        Console.WriteLine($"of that the storage's own reading time {own.Show("F2")} s (the same bytes downloaded and thrown away)");
        Console.WriteLine($"by PSI: {making:F2} s the first time, which keeps profiles of the hours; {Spread.Of(kept).Show("F2")} s from them");
        Console.WriteLine($"Array.Sort and a plain Kolmogorov–Smirnov of {sample[0].Length:N0} values of each numeric column, both sides, one thread: {sort.Show("F2")} s; ratio {sort.Median / scan.Median:F1}");
        Console.WriteLine($"working set at its peak, runtime included: {peak} MiB");
    }

    private static BlobServiceClient Client(string storage) => new(storage, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));

    private static byte[] Report(ScanResult result)
    {
        var finding = new Finding(Guid.Empty, Tables.Model.Value, "feature-drift", Core.Monitoring.Signal.FeatureDrift, result.Window, Day, result.Outcome.Verdict, result.Outcome.Summary, result.Rows) { Checks = result.Outcome.Checks };
        return finding.Checks.Count == Tables.Numeric + Tables.Labelled ? JsonSerializer.SerializeToUtf8Bytes(finding, FindingJson.Default.Finding) : throw new InvalidOperationException("Not every column was scanned.");
    }

    private static async Task KeepBaselineAsync(BaselineStore store, int rows)
    {
        var builder = new BaselineBuilder(rows, name => (ColumnRole.Feature, name), new Dictionary<string, ColumnType>(), _ => false);
        foreach (var batch in Tables.Batches(rows, 9)) builder.Add(batch);
        await store.KeepAsync(builder.Build(Tables.Model, 1, Day, "benchmark"), CancellationToken.None);
    }

    private static async Task ForgetHoursAsync(BlobServiceClient blobs)
    {
        var container = blobs.GetBlobContainerClient(PredictionPaths.Container);
        for (var hour = Day; hour < Day.AddDays(1); hour = hour.AddHours(1))
            foreach (var signal in (string[])["inputs", "outputs"])
                await container.DeleteBlobIfExistsAsync(PredictionPaths.Profile(Tables.Model, hour, 1, signal));
    }

    private static async Task DownloadAsync(BlobServiceClient blobs)
    {
        await DownloadAsync(blobs.GetBlobContainerClient(PredictionPaths.Container), ".parquet");
        await DownloadAsync(blobs.GetBlobContainerClient(StorageNames.BaselinesContainer), ".bin");
    }

    private static async Task DownloadAsync(BlobContainerClient container, string ending)
    {
        await foreach (var blob in container.GetBlobsAsync())
            if (blob.Name.EndsWith(ending, StringComparison.Ordinal)) await container.GetBlobClient(blob.Name).DownloadToAsync(Stream.Null);
    }

    private static double PlainKolmogorov(double[][] columns)
    {
        var sum = 0.0;
        foreach (var column in columns)
        {
            double[] reference = [.. column], current = [.. column.Select(value => value + 1e-3)];
            System.Array.Sort(reference);
            System.Array.Sort(current);
            sum += SortedPair.Compare<double>(reference, current).Gap;
        }
        return sum;
    }

    private static double Time(Func<double> work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
