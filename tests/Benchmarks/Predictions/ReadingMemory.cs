using System.Globalization;
using Apache.Arrow;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Serverless.Hosting.Azurite;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;

namespace Serverless.Benchmarks.Predictions;

/// <summary>
/// What reading takes in memory, for two windows of a week of which one has ten times the rows: scans, the join with labels, reading back page by page.
/// Live: after a full collection, every few batches. Peak and working set: sampled, so with what the collector had not yet looked at.
/// </summary>
internal static class ReadingMemory
{
    private const int Rounds = 3;
    private const int PerRequest = 100;
    private const int LabelEach = 10;
    private const int CollectEach = 8;
    private const double Megabyte = 1 << 20;
    private static readonly DateTimeOffset First = new(2025, 3, 3, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    public static async Task RunAsync(int count)
    {
        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);
        var blobs = new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        var folder = Directory.CreateTempSubdirectory().FullName;
        var options = Options.Create(new PredictionLogOptions { MaximumBytes = 1L << 30, LedgerFolder = folder });
        var reader = new PredictionReader(blobs, NullLogger<PredictionReader>.Instance);
        int[] sizes = [count / 10, count];
        foreach (var (size, at) in sizes.Select((size, at) => (size, at))) await FillAsync(size, First + (Week * at), blobs, options, reader);
        Console.WriteLine($"MB above the start; highest of {Rounds} rounds: live / peak of the managed heap / working set");
        await CompareAsync("fresh rows, all columns", sizes, window => ScanAsync(reader, window));
        var compaction = new Compaction(blobs, reader, options, new(), TimeProvider.System, NullLogger<Compaction>.Instance);
        await compaction.RunAsync(Rows.Model, First, default);
        var join = new PredictionJoin(reader, new TruthReader(blobs, NullLogger<PredictionReader>.Instance));
        await CompareAsync("scan, one column", sizes, window => ScanAsync(reader, window with { Columns = new HashSet<string> { "input_features_0" } }));
        await CompareAsync("scan, all columns", sizes, window => ScanAsync(reader, window));
        await CompareAsync("join with labels, all columns", sizes, window => EachAsync(join.ReadAsync(window, new(true, []), new(), default)));
        await CompareAsync("read back, 10,000 rows a page", sizes, window => PagesAsync(reader, window));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task FillAsync(int count, DateTimeOffset start, BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionReader reader)
    {
        var labels = new List<TruthItem>();
        await using (var log = new PredictionLog(blobs, options, new(), TimeProvider.System, NullLogger<PredictionLog>.Instance))
        {
            foreach (var entry in new Rows(count).Entries(PerRequest, start, Week))
            {
                for (var row = 0; row < PerRequest; row += LabelEach) labels.Add(TruthItem.Of(TruthKind.Labels, row, entry.Header.Id.ForRow(row).ToString(), null, TruthValue.Of(true), null, start + Week));
                await log.WriteAsync(entry, default);
            }
            await log.FlushAsync(default);
        }
        var service = new TruthService(blobs, reader, new ModelSnapshots((_, _) => throw new NotSupportedException(), TimeProvider.System), new(), options, TimeProvider.System, NullLogger<PredictionReader>.Instance);
        foreach (var items in labels.Chunk(TruthDocument.MaximumItems)) await service.AcceptAsync(Rows.Model, TruthKind.Labels, items, default);
    }

    private static async Task CompareAsync(string what, int[] sizes, Func<PredictionQuery, IAsyncEnumerable<int>> read)
    {
        var figures = new List<string>();
        foreach (var (size, at) in sizes.Select((size, at) => (size, at)))
        {
            var query = new PredictionQuery(Rows.Model, First + (Week * at), First + (Week * (at + 1)));
            var highest = (Live: 0.0, Peak: 0.0, Set: 0.0);
            for (var round = 0; round < Rounds; round++)
            {
                var (live, _, _) = await MeasureAsync(read(query), size, collect: true);
                var (_, peak, set) = await MeasureAsync(read(query), size, collect: false);
                highest = (Math.Max(highest.Live, live), Math.Max(highest.Peak, peak), Math.Max(highest.Set, set));
            }
            figures.Add(string.Create(CultureInfo.InvariantCulture, $"{size:N0} rows {highest.Live:F1} / {highest.Peak:F0} / {highest.Set:F0}"));
        }
        Console.WriteLine($"  {what}: {string.Join("; ", figures)}");
    }

    private static async Task<(double Live, double Peak, double Set)> MeasureAsync(IAsyncEnumerable<int> batches, int expected, bool collect)
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var (managed, set) = (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
        var (live, peak, most, rows, at) = (0L, 0L, 0L, 0, 0);
        await using (new Timer(_ => (peak, most) = (Math.Max(peak, GC.GetTotalMemory(false) - managed), Math.Max(most, Environment.WorkingSet - set)), null, 0, 5))
            await foreach (var batch in batches)
            {
                rows += batch;
                if (collect && at++ % CollectEach == 0) live = Math.Max(live, GC.GetTotalMemory(forceFullCollection: true) - managed);
            }
        return rows == expected ? (live / Megabyte, peak / Megabyte, most / Megabyte) : throw new InvalidOperationException($"{rows} rows were read, not {expected}.");
    }

    private static IAsyncEnumerable<int> ScanAsync(PredictionReader reader, PredictionQuery query) => EachAsync(reader.ReadAsync(query, new(), default));

    private static async IAsyncEnumerable<int> EachAsync(IAsyncEnumerable<RecordBatch> batches)
    {
        await foreach (var batch in batches)
            using (batch) yield return batch.Length;
    }

    private static async IAsyncEnumerable<int> PagesAsync(PredictionReader reader, PredictionQuery query)
    {
        PredictionId? after = null;
        do
        {
            var page = await reader.PageAsync(query, after, 10_000, new(), default);
            yield return page.Rows.Count;
            after = page.Next;
        }
        while (after is not null);
    }
}
