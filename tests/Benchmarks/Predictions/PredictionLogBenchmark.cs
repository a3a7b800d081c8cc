using System.Diagnostics;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ParquetSharp;
using Serverless.Hosting.Azurite;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;

namespace Serverless.Benchmarks.Predictions;

/// <summary>The prediction log beside the libraries and the storage that it stands on.</summary>
internal static class PredictionLogBenchmark
{
    private const int Count = 1_000_000;
    private const int Rounds = 5;
    private static readonly Core.Registry.ModelName Other = Core.Registry.ModelName.Parse("other");
    private static readonly DateTimeOffset Day = new(2025, 3, 4, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(string[] args)
    {
        // In a process of its own: what the rest leaves in memory would blur it.
        if (args is ["memory", .. var size])
        {
            await ReadingMemory.RunAsync(size is [var most, ..] ? int.Parse(most, null) : Count);
            return;
        }
        var rows = new Rows(args is [var count, ..] ? int.Parse(count, null) : Count);
        Console.WriteLine($"{rows.Count:N0} rows of {Rows.Features} float32 features, 3 outputs and 12 fixed columns; median (range) of {Rounds} interleaved rounds");
        Write(rows);
        BlockSizes();
        await StoreAsync(rows);
    }

    // Memory to whole blocks on one thread: what the log costs beyond storage.
    private static void Write(Rows rows)
    {
        var figures = new Dictionary<string, List<double>>();
        foreach (var round in Enumerable.Range(0, Rounds))
        {
            foreach (var size in (int[])[1, 100])
                Time(figures, $"log, {size} row(s) a request", rows.Count, () => Encode(rows, size));
            Time(figures, "Arrow IPC of the 30 columns, Apache.Arrow", rows.Count, () => ArrowIpc(rows));
            if (round == 0) Time(figures, "JSON lines, System.Text.Json (one round)", rows.Count, () => JsonLines(rows));
        }
        Print("write path, rows/s on one thread", figures);
    }

    private static long Encode(Rows rows, int perRequest)
    {
        var builder = new BlockBuilder(StreamSchema.Of(Rows.Schema), []);
        var bytes = 0L;
        using var block = new BlockBuffer(4 << 20);
        foreach (var entry in rows.Entries(perRequest, Day, TimeSpan.FromHours(24)))
            using (entry)
            {
                builder.Add(entry, 0, perRequest);
                if (builder.Rows < 10_000) continue;
                bytes += Seal(builder, block);
            }
        return bytes + Seal(builder, block);
    }

    private static long Seal(BlockBuilder builder, BlockBuffer block)
    {
        if (builder.Rows == 0) return 0;
        block.Clear();
        block.Take(Frame.HeadBytes);
        var rows = builder.Rows;
        builder.Encode(block);
        new Frame(FrameKind.Rows, block.Length - Frame.HeadBytes, rows, 0).Seal(block.Span);
        return block.Length;
    }

    private static long ArrowIpc(Rows rows)
    {
        using var target = new MemoryStream();
        var schema = new Schema(Enumerable.Range(0, Rows.Features).Select(at => new Field($"f{at}", Apache.Arrow.Types.FloatType.Default, false)), null);
        using var writer = new ArrowStreamWriter(target, schema, leaveOpen: true);
        var columns = Enumerable.Range(0, Rows.Features).Select(rows.Column).ToArray();
        for (var at = 0; at < rows.Count; at += 10_000)
        {
            var count = Math.Min(10_000, rows.Count - at);
            var arrays = columns.Select(column => (IArrowArray)new FloatArray(new ArrowBuffer(System.Runtime.InteropServices.MemoryMarshal.AsBytes(column.AsSpan(at, count)).ToArray()), ArrowBuffer.Empty, count, 0, 0));
            writer.WriteRecordBatch(new RecordBatch(schema, arrays, count));
            target.SetLength(0);
        }
        return target.Length;
    }

    // Without the schema, which an append blob would hold once.
    private static long ArrowMessage(Rows rows)
    {
        using var target = new MemoryStream();
        var schema = new Schema(Enumerable.Range(0, Rows.Features).Select(at => new Field($"f{at}", Apache.Arrow.Types.FloatType.Default, true)), null);
        using var writer = new ArrowStreamWriter(target, schema, leaveOpen: true);
        writer.WriteStart();
        var start = target.Length;
        writer.WriteRecordBatch(new RecordBatch(schema, Enumerable.Range(0, Rows.Features).Select(at => (IArrowArray)new FloatArray.Builder().Append(rows.Column(at)).Build()), rows.Count));
        return target.Length - start;
    }

    private static long JsonLines(Rows rows)
    {
        using var target = new MemoryStream();
        using var writer = new Utf8JsonWriter(target, new JsonWriterOptions { SkipValidation = true });
        var columns = Enumerable.Range(0, Rows.Features).Select(rows.Column).ToArray();
        for (var row = 0; row < rows.Count; row++)
        {
            writer.WriteStartObject();
            for (var at = 0; at < columns.Length; at++) writer.WriteNumber("f", columns[at][row]);
            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            target.SetLength(0);
        }
        return target.Length;
    }

    private static void BlockSizes()
    {
        foreach (var size in (int[])[1, 100, 10_000])
        {
            var rows = new Rows(size);
            Console.WriteLine($"bytes a row in a block of {size:N0}: {(double)Encode(rows, Math.Min(size, 100)) / size:F0}; an Arrow IPC message of the 30 columns alone: {(double)ArrowMessage(rows) / size:F0}");
        }
    }

    private static async Task StoreAsync(Rows rows)
    {
        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);
        var blobs = new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        var folder = Directory.CreateTempSubdirectory().FullName;
        var options = Options.Create(new PredictionLogOptions { MaximumBytes = 1L << 30, LedgerFolder = folder });
        var counters = new PredictionCounters();
        var reader = new PredictionReader(blobs, NullLogger<PredictionReader>.Instance);
        await HandOverAsync(blobs, folder);
        await AcknowledgeAsync(blobs, folder);
        await LogAsync(rows, blobs, options, counters);
        await StorageAloneAsync(blobs);
        var compaction = new Compaction(blobs, reader, options, counters, TimeProvider.System, NullLogger<Compaction>.Instance);
        var watch = Stopwatch.StartNew();
        var result = await compaction.RunAsync(Rows.Model, DateTimeOffset.UnixEpoch, CancellationToken.None);
        Console.WriteLine($"compaction with storage, two cores: {result.Rows / watch.Elapsed.TotalSeconds:N0} rows/s, {result.Parts} part(s), {counters.Snapshot().CompactedBytes / (double)result.Rows:F1} bytes a row");
        CompactWithoutStorage(rows);
        await ReadAsync(blobs, reader, rows);
        Directory.Delete(folder, recursive: true);
    }

    // What a request pays on its own thread, and what the process pays for it altogether.
    private static async Task HandOverAsync(BlobServiceClient blobs, string folder)
    {
        foreach (var size in (int[])[1, 100])
        {
            var requests = 200_000 / (int)Math.Sqrt(size);
            var options = Options.Create(new PredictionLogOptions { MaximumBytes = 1L << 30, LedgerFolder = folder });
            var counters = new PredictionCounters();
            await using var log = new PredictionLog(blobs, options, counters, TimeProvider.System, NullLogger<PredictionLog>.Instance);
            var inputs = Enumerable.Range(0, Rows.Features).SelectMany(_ => Enumerable.Range(0, size)).Select(value => (float)value).ToArray();
            var labels = new long[size];
            var probabilities = new float[size * 2];
            var cpu = Environment.CpuUsage.TotalTime;
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var handing = TimeSpan.Zero;
            for (var request = 0; request < requests; request++)
            {
                // No server takes requests faster than it logs them.
                while (counters.PendingBytes > 8 << 20) await Task.Yield();
                var start = Stopwatch.GetTimestamp();
                var entry = log.Begin(Other, Rows.Schema, Rows.Header(Day.AddHours(9).AddMilliseconds(request), size))!;
                entry.Tensor<float>(0, inputs);
                entry.Tensor<long>(1, labels);
                entry.Tensor<float>(2, probabilities);
                await log.WriteAsync(entry, CancellationToken.None);
                handing += Stopwatch.GetElapsedTime(start);
            }
            await log.FlushAsync(CancellationToken.None);
            Console.WriteLine($"request of {size} row(s): {handing.TotalMicroseconds / requests:F2} us to hand over; process: "
                + $"{(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / requests:F2} us CPU and {(GC.GetTotalAllocatedBytes(precise: true) - allocated) / requests:N0} bytes allocated a request, storage client included");
        }
    }

    private static async Task AcknowledgeAsync(BlobServiceClient blobs, string folder)
    {
        var options = Options.Create(new PredictionLogOptions { LedgerFolder = folder });
        await using var log = new PredictionLog(blobs, options, new PredictionCounters(), TimeProvider.System, NullLogger<PredictionLog>.Instance);
        var schema = PredictionSchema.Of(Rows.Version, new() { Mode = Serverless.Core.Registry.LoggingMode.Acknowledged });
        var blob = blobs.GetBlobContainerClient(PredictionPaths.Container).GetAppendBlobClient("_baseline");
        await blob.CreateAsync();
        var figures = new Dictionary<string, List<double>>();
        for (var round = 0; round < 200; round++)
        {
            await TimeAsync(figures, "storage: one append of 800 bytes, us", () => blob.AppendBlockAsync(new MemoryStream(new byte[800])));
            await TimeAsync(figures, "acknowledged, one request, us", () => AcknowledgedAsync(log, schema));
        }
        for (var round = 0; round < 50; round++)
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => TimeAsync(figures, "acknowledged, 16 requests at once, us", () => AcknowledgedAsync(log, schema))));
        Print("acknowledged mode beside the storage's own append", figures, 1000);
    }

    private static async Task AcknowledgedAsync(PredictionLog log, PredictionSchema schema)
    {
        var entry = log.Begin(Other, schema, Rows.Header(TimeProvider.System.GetUtcNow(), 1))!;
        entry.Tensor<float>(0, new float[Rows.Features]);
        await log.WriteAsync(entry, CancellationToken.None);
    }

    private static async Task StorageAloneAsync(BlobServiceClient blobs)
    {
        var container = blobs.GetBlobContainerClient(PredictionPaths.Container);
        var blob = container.GetBlobClient("_baseline_file");
        var watch = Stopwatch.StartNew();
        await blob.UploadAsync(BinaryData.FromBytes(new byte[100_000_000]), overwrite: true);
        var up = watch.Elapsed;
        watch.Restart();
        await blob.DownloadContentAsync();
        Console.WriteLine($"storage alone: 100 MB up in {up.TotalMilliseconds:F0} ms, down in {watch.ElapsedMilliseconds} ms");
        await blob.DeleteAsync();
    }

    private static async Task LogAsync(Rows rows, BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionCounters counters)
    {
        await using var log = new PredictionLog(blobs, options, counters, TimeProvider.System, NullLogger<PredictionLog>.Instance);
        var watch = Stopwatch.StartNew();
        var (longest, before) = (0L, Stopwatch.GetTimestamp());
        foreach (var entry in rows.Entries(100, Day.AddHours(5), TimeSpan.FromMinutes(59)))
        {
            await log.WriteAsync(entry, CancellationToken.None);
            var now = Stopwatch.GetTimestamp();
            (longest, before) = (Math.Max(longest, now - before), now);
        }
        var handed = watch.Elapsed;
        await log.FlushAsync(CancellationToken.None);
        var snapshot = counters.Snapshot();
        Console.WriteLine($"log with storage: handed over at {rows.Count / handed.TotalSeconds:N0} rows/s, durable at {rows.Count / watch.Elapsed.TotalSeconds:N0} rows/s, "
            + $"{snapshot.Appends} appends ({1000.0 * snapshot.Appends / snapshot.Flushed:F3} a 1,000 rows), {snapshot.Bytes / (double)snapshot.Flushed:F0} bytes a row");
    }

    // The same blocks from memory: whose time the above is.
    private static void CompactWithoutStorage(Rows rows)
    {
        var batches = Batches(rows);
        var figures = new Dictionary<string, List<double>>();
        var sizes = new Dictionary<string, long>();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Time(figures, "ours: encoding chosen by column, zstd 1", rows.Count, () => sizes["ours"] = Parquet(batches, null));
            Time(figures, "ParquetSharp as it comes, snappy", rows.Count, () => sizes["snappy"] = Parquet(batches, b => b.Compression(Compression.Snappy)));
            Time(figures, "ParquetSharp, dictionary, zstd 9", rows.Count, () => sizes["zstd 9"] = Parquet(batches, b => b.Compression(Compression.Zstd).CompressionLevel(9).Encoding("id", ParquetSharp.Encoding.DeltaByteArray).DisableDictionary("id")));
        }
        Print("compaction without storage, rows/s on two cores", figures);
        Console.WriteLine($"bytes: ours {sizes["ours"]:N0}, snappy {sizes["snappy"]:N0}, best (dictionary, zstd 9, prefixes of ids) {sizes["zstd 9"]:N0}; ratio to the best {sizes["ours"] / (double)sizes.Values.Min():F2}");
    }

    private static List<RecordBatch> Batches(Rows rows)
    {
        var schema = StreamSchema.Of(Rows.Schema);
        var builder = new BlockBuilder(schema, []);
        var batches = new List<RecordBatch>();
        foreach (var entry in rows.Entries(100, Day.AddHours(5), TimeSpan.FromMinutes(59)))
        {
            builder.Add(entry, 0, 100);
            entry.Dispose();
            if (builder.Rows < 10_000) continue;
            using var block = new BlockBuffer(4 << 20);
            var count = builder.Rows;
            builder.Encode(block);
            batches.Add(BlockReader.Read(schema.Columns, block.Memory.ToArray(), count, _ => true));
        }
        return batches;
    }

    private static long Parquet(List<RecordBatch> batches, Action<WriterPropertiesBuilder>? settings)
    {
        using var target = new MemoryStream();
        if (settings is null)
        {
            using var writer = new PartWriter(target);
            foreach (var batch in batches) writer.Write(batch);
            writer.Close();
            return target.Length;
        }
        using var builder = new WriterPropertiesBuilder();
        settings(builder);
        using var properties = builder.Build();
        using var plain = new ParquetSharp.Arrow.FileWriter(target, batches[0].Schema, properties, leaveOpen: true);
        foreach (var batch in batches) plain.WriteBufferedRecordBatch(batch);
        plain.Close();
        return target.Length;
    }

    private static async Task ReadAsync(BlobServiceClient blobs, PredictionReader reader, Rows rows)
    {
        var figures = new Dictionary<string, List<double>>();
        var container = blobs.GetBlobContainerClient(PredictionPaths.Container);
        var part = (await container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Model(Rows.Model), default).ToListAsync()).First(blob => blob.Name.EndsWith(".parquet", StringComparison.Ordinal));
        var all = Enumerable.Range(0, Rows.Features).Select(at => $"input_features_{at}").ToHashSet();
        for (var round = 0; round < Rounds; round++)
        {
            await TimeAsync(figures, "one column, ms", () => ScanAsync(reader, [all.First()], rows.Count));
            await TimeAsync(figures, "30 columns, ms", () => ScanAsync(reader, all, rows.Count));
            await TimeAsync(figures, "storage alone: the file downloaded in one go, ms", async () => await container.GetBlobClient(part.Name).DownloadContentAsync());
            await TimeAsync(figures, "one row by id, ms", async () => _ = await reader.FindAsync(Rows.Model, new PredictionId(Guid.CreateVersion7(Day.AddHours(5).AddMinutes(20))), new(), default));
        }
        Print($"reading {rows.Count:N0} rows of one day from Parquet ({part.Properties.ContentLength:N0} bytes)", figures);
    }

    private static async Task ScanAsync(PredictionReader reader, HashSet<string> columns, int expected)
    {
        var rows = 0;
        await foreach (var batch in reader.ReadAsync(new(Rows.Model, Day, Day.AddDays(1)) { Columns = columns }, new(), CancellationToken.None))
            using (batch) rows += batch.Length;
        if (rows != expected / 100 * 100) throw new InvalidOperationException($"{rows} rows were read.");
    }

    private static void Time(Dictionary<string, List<double>> figures, string name, int rows, Func<long> work)
    {
        var watch = Stopwatch.StartNew();
        work();
        Add(figures, name, rows / watch.Elapsed.TotalSeconds);
    }

    private static async Task TimeAsync(Dictionary<string, List<double>> figures, string name, Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        Add(figures, name, watch.Elapsed.TotalMilliseconds);
    }

    private static void Add(Dictionary<string, List<double>> figures, string name, double figure)
    {
        lock (figures)
        {
            if (!figures.TryGetValue(name, out var list)) figures[name] = list = [];
            list.Add(figure);
        }
    }

    private static void Print(string title, Dictionary<string, List<double>> figures, double scale = 1)
    {
        Console.WriteLine(title);
        var first = Spread.Of(figures.Values.First()).Median;
        foreach (var (name, values) in figures)
            Console.WriteLine($"  {name}: {Spread.Of(values.Select(value => value * scale)).Show("N0")}, ratio {Spread.Of(values).Median / first:F2}");
    }
}
