using Apache.Arrow;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Options;
using System.Globalization;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// Takes one entity's predictions out of the files, hour by hour. The hour is compacted, so that all rows stand in parts; each part that
/// holds one is replaced, in one conditional write, by one without them that covers the same fresh bytes; then those bytes are deleted.
/// A reader sees a row or does not, never another twice; a crash in between is finished by the next run.
/// </summary>
public sealed class PredictionEraser(
    BlobServiceClient blobs, PredictionReader reader, Compaction compaction, TruthCompaction truth, IOptions<PredictionLogOptions> options)
{
    private const int Attempts = 4;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(PredictionPaths.Container);

    private readonly TensorSweep tensors = new(blobs, reader, options.Value.TensorsHeld);

    /// <summary>Is told each step before it is done; a test throws there to crash.</summary>
    internal Action<string> Before { get; set; } = _ => { };

    internal EntityMatch Match(string entity, string? name, DateTimeOffset until) => new(entity, name, until, options.Value.HashKeyFor(blobs.AccountName));

    /// <summary>The hours that hold rows of an entity, with their ids.</summary>
    internal async IAsyncEnumerable<(DateTimeOffset Hour, HashSet<PredictionId> Ids)> FindAsync(ModelName model, EntityMatch match, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var window = new PredictionQuery(model, DateTimeOffset.MinValue, match.LastHour.AddHours(1));
        await foreach (var day in reader.DaysAsync(window, cancel))
            foreach (var (hour, files) in day)
                if (await IdsAsync(files, match, cancel) is { Count: > 0 } ids) yield return (hour, ids);
    }

    /// <summary>Erases some rows of an hour, and what is said of them. False when a writer still appends to bytes that hold one, or may still refer to a tensor of theirs: come again, with no ids if they are gone.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hour">The hour.</param>
    /// <param name="ids">Its rows to erase.</param>
    /// <param name="rewriting">Is told each file before it is written anew.</param>
    /// <param name="cancel">Ends it.</param>
    internal async Task<bool> EraseAsync(ModelName model, DateTimeOffset hour, IReadOnlySet<PredictionId> ids, Func<string, Task> rewriting, CancellationToken cancel)
    {
        Before("truth");
        await truth.EraseAsync(model, [.. ids], cancel);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            Before("compact");
            await compaction.RunHourAsync(model, hour, cancel);
            var files = await Partition.ListAsync(container, PredictionPaths.Hour(model, hour), cancel);
            var whole = true;
            foreach (var part in files.Parts) whole &= await RewriteAsync(part, ids, rewriting, cancel);
            if (whole && await DeleteAsync(files, cancel))
            {
                await DeleteProfilesAsync(model, hour, cancel);
                return await tensors.RunAsync(model, hour, Before, cancel);
            }
        }
        return false;
    }

    private async Task<HashSet<PredictionId>> IdsAsync(Partition files, EntityMatch match, CancellationToken cancel)
    {
        var ids = new HashSet<PredictionId>();
        await foreach (var batch in reader.HourAsync(files, match.Wants, new ReadReport(), cancel))
            using (batch) ids.UnionWith(match.In(batch));
        return ids;
    }

    // False when the part was changed meanwhile. What does not read stops the erasure: it must not be replaced by less.
    private async Task<bool> RewriteAsync(PartFile part, IReadOnlySet<PredictionId> ids, Func<string, Task> rewriting, CancellationToken cancel)
    {
        await using var file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            if (await CopyAsync(part, ids, file, cancel) is not (> 0 and var removed)) return true;
            var blob = container.GetBlockBlobClient(part.Path);
            var seen = (await blob.GetPropertiesAsync(new BlobRequestConditions { IfMatch = part.Tag }, cancel)).Value;
            seen.Metadata[Partition.RowsKey] = (part.Rows - removed).ToString(CultureInfo.InvariantCulture);
            file.Position = 0;
            await rewriting(part.Path);
            Before("replace");
            await blob.UploadAsync(file, new BlobUploadOptions
            {
                Conditions = new BlobRequestConditions { IfMatch = part.Tag },
                HttpHeaders = new BlobHttpHeaders { ContentType = seen.ContentType },
                Metadata = seen.Metadata,
                AccessTier = part.Tier,
            }, cancel);
            return true;
        }
        catch (RequestFailedException changed) when (Overtaken.Is(changed))
        {
            return false;
        }
    }

    private async Task<long> CopyAsync(PartFile part, IReadOnlySet<PredictionId> ids, Stream target, CancellationToken cancel)
    {
        var rows = new PartRows(new PartSource(container, part, new ReadReport()), new(default, DateTimeOffset.MinValue, DateTimeOffset.MaxValue), null);
        using var writer = new PartWriter(target);
        var removed = 0L;
        await foreach (var batch in rows.ReadAsync(_ => true, cancel))
        {
            var texts = (StringArray)batch.Column(LogColumns.Id);
            int[] kept = [.. Enumerable.Range(0, batch.Length).Where(row => !ids.Contains(BatchFilter.IdAt(texts, row)))];
            removed += batch.Length - kept.Length;
            // A batch without rows, too: it brings the columns.
            writer.Write(ArrowRows.Take(batch, _ => true, kept));
        }
        writer.Close();
        return removed;
    }

    // Also what holds bytes that nobody can read: who wants to be forgotten goes before who wants to look into damage.
    private async Task<bool> DeleteAsync(Partition files, CancellationToken cancel)
    {
        var all = true;
        foreach (var file in files.Fresh)
        {
            Before("delete");
            all &= files.CoveredUpTo(file.Name) >= file.Length && await TryDeleteAsync(file, cancel);
        }
        return all;
    }

    // They counted the rows, and may name a value that only one had; scans make them anew.
    private async Task DeleteProfilesAsync(ModelName model, DateTimeOffset hour, CancellationToken cancel)
    {
        await foreach (var profile in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PredictionPaths.Profiles(model, hour), cancel))
        {
            Before("profile");
            await container.DeleteBlobIfExistsAsync(profile.Name, cancellationToken: cancel);
        }
    }

    private async Task<bool> TryDeleteAsync(FreshFile file, CancellationToken cancel)
    {
        try
        {
            await container.GetBlobClient(file.Path).DeleteIfExistsAsync(conditions: new BlobRequestConditions { IfMatch = file.Tag }, cancellationToken: cancel);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 412)
        {
            return false;
        }
    }
}
