using System.Diagnostics;
using Apache.Arrow;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Serverless.Benchmarks.Predictions;
using Serverless.Hosting.Azurite;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Benchmarks.Truth;

/// <summary>100,000 labels that come late, for a week of 1,000,000 predictions: taken, compacted, joined; beside it the storage's own time for the same bytes.</summary>
internal static class TruthBenchmark
{
    private const int Rounds = 7;
    private const int PerRequest = 100;
    private const int LabelEach = 10;
    private const int Singles = 300;
    private static readonly DateTimeOffset Start = new(2025, 3, 3, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = Start.AddDays(7);

    public static async Task RunAsync(string[] args)
    {
        var count = args is [var number, ..] ? int.Parse(number, null) : 1_000_000;
        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);
        var blobs = new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        var folder = Directory.CreateTempSubdirectory().FullName;
        var options = Options.Create(new PredictionLogOptions { MaximumBytes = 1L << 30, LedgerFolder = folder });
        var reader = new PredictionReader(blobs, NullLogger<PredictionReader>.Instance);
        var ids = await PredictAsync(count, blobs, options, reader);
        await LabelAsync(ids, blobs, options, reader);
        await JoinAsync(count / LabelEach, blobs, reader);
        await SingleAsync(blobs, options.Value);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<List<PredictionId>> PredictAsync(int count, BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionReader reader)
    {
        var (ids, counters) = (new List<PredictionId>(count), new PredictionCounters());
        await using (var log = new PredictionLog(blobs, options, counters, TimeProvider.System, NullLogger<PredictionLog>.Instance))
        {
            foreach (var entry in new Rows(count).Entries(PerRequest, Start, End - Start))
            {
                ids.AddRange(Enumerable.Range(0, PerRequest).Select(entry.Header.Id.ForRow));
                await log.WriteAsync(entry, default);
            }
            await log.FlushAsync(default);
        }
        await new Compaction(blobs, reader, options, counters, TimeProvider.System, NullLogger<Compaction>.Instance).RunAsync(Rows.Model, Start, default);
        return ids;
    }

    private static async Task LabelAsync(List<PredictionId> ids, BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionReader reader)
    {
        var service = new TruthService(blobs, reader, new ModelSnapshots((_, _) => throw new NotSupportedException(), TimeProvider.System), new(), options, TimeProvider.System, NullLogger<PredictionReader>.Instance);
        var labelled = ids.Where((_, at) => at % LabelEach == 0).ToArray();
        new Random(1).Shuffle(labelled);
        var clock = Stopwatch.StartNew();
        foreach (var batch in labelled.Chunk(TruthDocument.MaximumItems))
        {
            var items = batch.Select((id, at) => TruthItem.Of(TruthKind.Labels, at, id.ToString(), null, TruthValue.Of(id.Row % 2 == 0), null, End)).ToList();
            await service.AcceptAsync(Rows.Model, TruthKind.Labels, items, default);
        }
        Console.WriteLine($"{labelled.Length:N0} labels in any order, {TruthDocument.MaximumItems:N0} a request, each request over the whole week: {labelled.Length / clock.Elapsed.TotalSeconds:N0} labels/s");
        clock.Restart();
        var hours = await new TruthCompaction(blobs, reader, new(), NullLogger<PredictionReader>.Instance).RunAsync(Rows.Model, Start, default);
        Console.WriteLine($"compacted {hours} hours in {clock.Elapsed.TotalSeconds:F2} s");
    }

    private static async Task JoinAsync(int expected, BlobServiceClient blobs, PredictionReader reader)
    {
        var join = new PredictionJoin(reader, new TruthReader(blobs, NullLogger<PredictionReader>.Instance));
        var query = new PredictionQuery(Rows.Model, Start, End) { Columns = new HashSet<string> { "id", "output_label" } };
        var (alone, together, storage) = (new List<double>(), new List<double>(), new List<double>());
        var (read, matched, bytes) = (0L, 0L, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var report = new ReadReport();
            together.Add(await TimeAsync(async () => matched = await CountAsync(join.ReadAsync(query, new(true, []), report, default))));
            alone.Add(await TimeAsync(() => CountAsync(reader.ReadAsync(query, new(), default))));
            storage.Add(await TimeAsync(async () => read = await FetchAsync(blobs, report.Bytes)));
            bytes = report.Bytes;
        }
        if (matched != expected) throw new InvalidOperationException($"{matched} labels were matched, not {expected}.");
        Console.WriteLine($"join of {matched:N0} labels with the week, two columns: {Spread.Of(together).Show("F2")} s; the predictions alone {Spread.Of(alone).Show("F2")} s");
        Console.WriteLine($"it fetches {bytes:N0} bytes; the storage alone gives {read:N0} bytes of the same files, one request a file, in {Spread.Of(storage).Show("F2")} s");
    }

    // Labels one by one into one hour: appended to a writer's blob, as they are, or each put as a blob of its own.
    private static async Task SingleAsync(BlobServiceClient blobs, PredictionLogOptions options)
    {
        var files = new TruthFiles(blobs, TruthKind.Labels, NullLogger<PredictionReader>.Instance);
        var (models, columns) = (((string[])["appended", "put"]).Select(Core.Registry.ModelName.Parse).ToArray(), new TruthRows(TruthKind.Labels));
        var (write, read) = (new[] { new List<double>(), [] }, new[] { new List<double>(), [] });
        for (var round = 0; round < Rounds; round++)
        {
            var (hour, writer) = (Start.AddHours(round), new TruthWriter(files, options, TimeProvider.System));
            for (var way = 0; way < 2; way++)
            {
                var rows = Enumerable.Range(0, Singles).Select(at => new TruthRow(new PredictionId(Guid.CreateVersion7(hour)).ForRow(at), "", TruthValue.Of(true), at, at)).ToArray();
                var (model, number) = (models[way], 0);
                write[way].Add(await TimeAsync(async () =>
                {
                    foreach (var row in rows)
                        if (model == models[0]) await writer.AppendAsync(model, hour, [row], default);
                        else await files.Container.GetBlobClient(PredictionPaths.Fresh(model, hour, "aa", ++number)).UploadAsync(BinaryData.FromBytes(columns.Block([row], model.Value, "aa")));
                }));
                read[way].Add(await TimeAsync(async () =>
                {
                    if ((await files.ReadAsync(model, hour, null, null, new(), default)).Count != Singles) throw new InvalidOperationException("Labels are missing.");
                }));
            }
        }
        foreach (var way in (int[])[0, 1])
            Console.WriteLine($"{Singles} labels one by one, {models[way]}: {Spread.Of(write[way].Select(time => time / Singles * 1000)).Show("F2")} ms each; read {Spread.Of(read[way]).Show("F3")} s");
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<long> CountAsync(IAsyncEnumerable<RecordBatch> batches)
    {
        var labels = 0L;
        await foreach (var batch in batches)
            using (batch)
                if (batch.Schema.GetFieldIndex("label") is >= 0 and var at) labels += batch.Length - batch.Column(at).NullCount;
        return labels;
    }

    // As many bytes as the join fetched, file by file, four requests at once as the join has them.
    private static async Task<long> FetchAsync(BlobServiceClient blobs, long bytes)
    {
        var files = new List<(BlobClient Blob, long Length)>();
        foreach (var name in (string[])[PredictionPaths.LabelsContainer, PredictionPaths.Container])
        {
            var container = blobs.GetBlobContainerClient(name);
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Model(Rows.Model), default)) files.Add((container.GetBlobClient(blob.Name), blob.Properties.ContentLength ?? 0));
        }
        var (share, read) = (Math.Min(1, (double)bytes / files.Sum(file => file.Length)), 0L);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (file, cancel) =>
        {
            var options = new BlobDownloadOptions { Range = new Azure.HttpRange(0, Math.Max(1, (long)(file.Length * share))) };
            Interlocked.Add(ref read, (await file.Blob.DownloadContentAsync(options, cancel)).Value.Content.ToMemory().Length);
        });
        return read;
    }
}
