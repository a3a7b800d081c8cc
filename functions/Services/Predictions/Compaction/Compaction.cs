using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// Makes Parquet of closed hours. A part is committed by one conditional write that carries, as metadata, which fresh bytes it replaces:
/// whoever lists the hour sees either the fresh bytes or the part. A crash before it leaves nothing; after it, blobs that the next run deletes.
/// </summary>
public sealed class Compaction(
    BlobServiceClient blobs, PredictionReader reader, IOptions<PredictionLogOptions> options, PredictionCounters counters, TimeProvider clock, ILogger<Compaction> logger)
{
    private const int MaximumSources = 100;
    private const long MaximumPartBytes = 512L << 20;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(PredictionPaths.Container);
    private readonly PredictionLogOptions options = options.Value;

    /// <summary>Is told each step before it is done; a test throws there to crash.</summary>
    internal Action<CompactionStep> Before { get; set; } = _ => { };

    /// <summary>Compacts a model's closed hours from a time on, and deletes what earlier parts have replaced.</summary>
    public async Task<CompactionResult> RunAsync(ModelName model, DateTimeOffset since, CancellationToken cancel)
    {
        var result = new CompactionResult(0, 0, 0, 0);
        var closed = clock.GetUtcNow() - options.CompactAfter - TimeSpan.FromHours(1);
        await foreach (var day in reader.DaysAsync(new PredictionQuery(model, since, closed.AddTicks(1)), cancel))
            foreach (var (hour, files) in day)
                if (hour <= closed && files.Fresh.Count > 0) result += await RunHourAsync(model, hour, cancel);
        counters.Owe(model.Value, result.DebtBytes);
        return result;
    }

    /// <summary>Compacts one hour, closed or not.</summary>
    public async Task<CompactionResult> RunHourAsync(ModelName model, DateTimeOffset hour, CancellationToken cancel)
    {
        var result = new CompactionResult(0, 0, 0, 0);
        for (var over = false; !over;)
        {
            (var turn, over) = await Overtaken.AgainAsync(() => TurnAsync(model, hour, cancel));
            result += turn;
        }
        return result;
    }

    private async Task<(CompactionResult Turn, bool Over)> TurnAsync(ModelName model, DateTimeOffset hour, CancellationToken cancel)
    {
        var partition = await reader.ListAsync(model, hour, cancel);
        var deleted = await SweepAsync(partition, cancel);
        if (await NextAsync(partition, cancel) is not { } sources) return (new(0, 0, deleted, Debt(partition)), true);
        return await CompactAsync(model, hour, partition, sources, cancel) is { } rows ? (new(1, rows, deleted, 0), false) : (new(0, 0, deleted, 0), false);
    }

    // Blobs that share their columns make one part; the others wait for the next turn of the loop.
    private async Task<IReadOnlyList<Source>?> NextAsync(Partition partition, CancellationToken cancel)
    {
        var sources = new List<Source>();
        string? columns = null;
        var bytes = 0L;
        foreach (var file in partition.Fresh.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            var from = partition.CoveredUpTo(file.Name);
            if (from >= file.Length || file.FlawedUpTo >= file.Length || bytes >= MaximumPartBytes || sources.Count == MaximumSources) continue;
            var its = await ColumnsAsync(file, cancel);
            if (columns is not null && its != columns) continue;
            columns = its;
            var to = Math.Min(file.Length, from + MaximumPartBytes - bytes);
            sources.Add(new(file, from, to));
            bytes += to - from;
        }
        return sources.Count == 0 ? null : sources;
    }

    private async Task<string> ColumnsAsync(FreshFile file, CancellationToken cancel)
    {
        var schema = await new FreshSource(container, file, new ReadReport()).SchemaAsync(cancel);
        return schema is null ? "" : string.Join('\n', schema.Columns);
    }

    private async Task<long?> CompactAsync(ModelName model, DateTimeOffset hour, Partition partition, IReadOnlyList<Source> sources, CancellationToken cancel)
    {
        var report = new ReadReport();
        await using var file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        Before(CompactionStep.Write);
        var (rows, covers) = await WriteAsync(file, sources, report, cancel);
        foreach (var flaw in report.Flaws) logger.Flawed(flaw.Path, flaw.From, flaw.To, flaw.What);
        await KeepFlawedAsync(report, sources, rows == 0, cancel);
        if (rows == 0) return null;
        var path = PredictionPaths.Part(model, hour, partition.Parts.Select(part => part.Number).DefaultIfEmpty(0).Max() + 1);
        Before(CompactionStep.Commit);
        if (!await CommitAsync(path, file, rows, covers, cancel)) return null;
        logger.Compacted(rows, model.Value, hour, sources.Count, path, file.Length);
        counters.Compact(rows, file.Length);
        Before(CompactionStep.Sweep);
        return rows;
    }

    private async Task<(long Rows, string Covers)> WriteAsync(Stream target, IReadOnlyList<Source> sources, ReadReport report, CancellationToken cancel)
    {
        using var writer = new PartWriter(target);
        var covers = new List<string>();
        foreach (var source in sources)
        {
            var fresh = new FreshSource(container, source.File, report);
            await foreach (var block in Ahead.InOrderAsync<FreshBlock>([inner => fresh.BlocksAsync(source.From, source.To, inner)], 1, cancel))
            {
                var batch = BlockReader.Read(block.Schema.Columns, block.Payload, block.Rows, _ => true);
                writer.Write(batch);
            }
            covers.Add(string.Create(CultureInfo.InvariantCulture, $"{source.File.Name}:{fresh.Position}"));
        }
        writer.Close();
        return (writer.Rows, string.Join(',', covers));
    }

    // The one write that decides. It is conditional: of two instances that compact the same hour, one wins.
    private async Task<bool> CommitAsync(string path, Stream file, long rows, string covers, CancellationToken cancel)
    {
        file.Position = 0;
        var upload = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/vnd.apache.parquet" },
            Metadata = new Dictionary<string, string> { [Partition.Covers] = covers, [Partition.RowsKey] = rows.ToString(CultureInfo.InvariantCulture) },
        };
        try
        {
            await container.GetBlockBlobClient(path).UploadAsync(file, upload, cancel);
            return true;
        }
        catch (RequestFailedException taken) when (taken.Status is 409 or 412)
        {
            logger.CompactedElsewhere(path);
            return false;
        }
    }

    // What holds bytes that nobody could read is never swept; what holds nothing else is not looked at again.
    private async Task KeepFlawedAsync(ReadReport report, IReadOnlyList<Source> sources, bool nothingElse, CancellationToken cancel)
    {
        foreach (var source in sources.Where(source => nothingElse || report.Flaws.Any(flaw => flaw.Path == source.File.Path)))
        {
            var upTo = nothingElse ? source.To : 0;
            var metadata = new Dictionary<string, string> { [Partition.Flawed] = upTo.ToString(CultureInfo.InvariantCulture) };
            await container.GetBlobClient(source.File.Path).SetMetadataAsync(metadata, cancellationToken: cancel);
        }
    }

    // Only a blob whose every byte a part covers, that nobody has touched since it was listed, and that readers have had time to leave.
    private async Task<int> SweepAsync(Partition partition, CancellationToken cancel)
    {
        var deleted = 0;
        var covered = partition.Parts.Select(part => part.Modified).DefaultIfEmpty(DateTimeOffset.MaxValue).Max();
        foreach (var file in partition.Fresh)
        {
            if (file.FlawedUpTo >= 0 || partition.CoveredUpTo(file.Name) < file.Length || clock.GetUtcNow() - covered < options.Grace) continue;
            Before(CompactionStep.Delete);
            try
            {
                await container.GetBlobClient(file.Path).DeleteAsync(conditions: new BlobRequestConditions { IfMatch = file.Tag }, cancellationToken: cancel);
                deleted++;
            }
            catch (RequestFailedException moved) when (Overtaken.Is(moved))
            {
                // Deleted elsewhere, or its writer has come back: the next run looks again.
            }
        }
        return deleted;
    }

    private static long Debt(Partition partition) => partition.Fresh.Sum(file => Math.Max(0, file.Length - partition.CoveredUpTo(file.Name)));

    private sealed record Source(FreshFile File, long From, long To);
}

/// <summary>What a compaction run did.</summary>
/// <param name="Parts">Files made.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="Deleted">Fresh blobs deleted.</param>
/// <param name="DebtBytes">Fresh bytes of closed hours that are left.</param>
public readonly record struct CompactionResult(int Parts, long Rows, int Deleted, long DebtBytes)
{
    /// <summary>Both runs' together.</summary>
    public static CompactionResult operator +(CompactionResult left, CompactionResult right) =>
        new(left.Parts + right.Parts, left.Rows + right.Rows, left.Deleted + right.Deleted, left.DebtBytes + right.DebtBytes);
}

/// <summary>The steps between which compaction may crash.</summary>
internal enum CompactionStep
{
    Write,
    Commit,
    Sweep,
    Delete,
}
