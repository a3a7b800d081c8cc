using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>
/// Makes one Parquet an hour of truth: each statement once, by prediction and time. It replaces its predecessor in one conditional write, whose metadata says
/// which appended bytes it holds; a crash before it leaves nothing, one after it leaves blobs that the next run deletes.
/// </summary>
public sealed class TruthCompaction(BlobServiceClient blobs, PredictionReader predictions, TruthCounters counters, ILogger<PredictionReader> logger)
{
    private const int Attempts = 5;
    // What a blob's metadata can name.
    private const int MaximumSources = 100;

    private readonly Dictionary<TruthKind, TruthFiles> kinds = Enum.GetValues<TruthKind>().ToDictionary(kind => kind, kind => new TruthFiles(blobs, kind, logger));
    private readonly PredictionLookup lookup = new(predictions);

    /// <summary>Is told each step before it is done; a test throws there to crash.</summary>
    internal Action<CompactionStep> Before { get; set; } = _ => { };

    /// <summary>The models of which anything is known.</summary>
    public async Task<IReadOnlyList<ModelName>> ModelsAsync(CancellationToken cancel)
    {
        var models = new HashSet<ModelName>();
        foreach (var files in kinds.Values) models.UnionWith(await files.Reader.ModelsAsync(cancel));
        return [.. models];
    }

    /// <summary>Compacts what was appended about a model's predictions from a time on, and about older ones since their hours were compacted, and looks again for those that had not turned up.</summary>
    /// <returns>How many hours were written.</returns>
    public async Task<int> RunAsync(ModelName model, DateTimeOffset since, CancellationToken cancel)
    {
        var written = 0;
        foreach (var (kind, files) in kinds)
        {
            var (waiting, matched) = (0L, 0L);
            await foreach (var day in files.Reader.DaysAsync(new PredictionQuery(model, since, DateTimeOffset.MaxValue), cancel))
                foreach (var (hour, listed) in day)
                {
                    var part = TruthPart.In(listed);
                    if (listed.Fresh.Count > 0 || part is { Waiting: > 0 })
                    {
                        written += await RunHourAsync(kind, model, hour, null, cancel) ? 1 : 0;
                        part = TruthPart.In(await files.ListAsync(model, hour, cancel));
                    }
                    (waiting, matched) = (waiting + (part?.Waiting ?? 0), matched + (part?.Matched ?? 0));
                }
            written += await RunMarkedAsync(kind, files, model, cancel);
            counters.Settle(kind, model.Value, waiting, matched);
        }
        return written;
    }

    private async Task<int> RunMarkedAsync(TruthKind kind, TruthFiles files, ModelName model, CancellationToken cancel)
    {
        var written = 0;
        foreach (var (hour, path, tag) in await files.Marks.ListAsync(model, cancel))
        {
            written += await RunHourAsync(kind, model, hour, null, cancel) ? 1 : 0;
            // A blob that is still there was appended to, and its writer does not mark it again.
            if ((await files.ListAsync(model, hour, cancel)).Fresh.All(file => file.FlawedUpTo >= 0)) await files.Marks.ClearAsync(path, tag, cancel);
        }
        return written;
    }

    /// <summary>Removes all that was said of some predictions, and its history.</summary>
    public async Task EraseAsync(ModelName model, IReadOnlyCollection<PredictionId> ids, CancellationToken cancel)
    {
        foreach (var kind in kinds.Keys)
            foreach (var hour in ids.GroupBy(TruthService.HourOf)) await RunHourAsync(kind, model, hour.Key, hour.ToHashSet(), cancel);
    }

    /// <summary>Compacts one hour. False when there was nothing to do, or it cannot be done without loss.</summary>
    internal async Task<bool> RunHourAsync(TruthKind kind, ModelName model, DateTimeOffset hour, IReadOnlySet<PredictionId>? erased, CancellationToken cancel)
    {
        var files = kinds[kind];
        var written = false;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var listed = await files.ListAsync(model, hour, cancel);
            await SweepAsync(files, listed, cancel);
            var sources = listed.Fresh.Where(file => file.FlawedUpTo < file.Length && listed.CoveredUpTo(file.Name) < file.Length).Take(MaximumSources).ToHashSet();
            var again = !written && (erased is not null || TruthPart.In(listed) is { Waiting: > 0 });
            if (sources.Count == 0 && !again) return written;
            listed.Fresh.RemoveAll(file => listed.CoveredUpTo(file.Name) < file.Length && !sources.Contains(file));
            if (await CompactAsync(files, model, hour, listed, erased, cancel) is not { } done) return written;
            written |= done;
        }
        return written;
    }

    // Null: what is there does not read, and must not be replaced by less. False: another was first.
    private async Task<bool?> CompactAsync(TruthFiles files, ModelName model, DateTimeOffset hour, Partition listed, IReadOnlySet<PredictionId>? erased, CancellationToken cancel)
    {
        var report = new ReadReport();
        Before(CompactionStep.Write);
        List<TruthRow> rows;
        try
        {
            var all = await files.ReadAsync(listed, new(model, hour, hour.AddHours(1)), erased is null ? null : id => !erased.Contains(id), report, cancel);
            rows = TruthRow.Distinct(all);
        }
        catch (RequestFailedException failure) when (Overtaken.Is(failure))
        {
            return false;
        }
        foreach (var flaw in report.Flaws) logger.Flawed(flaw.Path, flaw.From, flaw.To, flaw.What);
        if (listed.Parts.Any(part => report.Flaws.Any(flaw => flaw.Path == part.Path))) return null;
        var nothing = rows.Count == 0 && listed.Parts.Count == 0 && erased is null;
        foreach (var file in listed.Fresh.Where(file => report.Flaws.Any(flaw => flaw.Path == file.Path))) await KeepAsync(files, file, nothing ? file.Length : 0, cancel);
        if (nothing) return null;
        var ids = rows.Select(row => row.Id).ToHashSet();
        var matched = ids.Count == 0 ? 0 : (await lookup.FindAsync(model, ids, cancel)).Count;
        // Looked at again for the sake of those that wait, and none has turned up.
        if (erased is null && listed.Fresh.All(file => listed.CoveredUpTo(file.Name) >= file.Length) && TruthPart.In(listed)?.Waiting == ids.Count - matched) return null;
        Before(CompactionStep.Commit);
        return await CommitAsync(new TruthPart(PredictionPaths.Part(model, hour, 1), listed, rows, ids.Count - matched, matched), files, cancel);
    }

    private async Task<bool> CommitAsync(TruthPart part, TruthFiles files, CancellationToken cancel)
    {
        if (!await part.CommitAsync(files, cancel))
        {
            logger.CompactedElsewhere(part.Path);
            return false;
        }
        Before(CompactionStep.Sweep);
        return true;
    }

    // What holds bytes that nobody could read is never deleted; what holds nothing else is not looked at again.
    private static async Task KeepAsync(TruthFiles files, FreshFile file, long upTo, CancellationToken cancel) => await files.Container.GetBlobClient(file.Path)
        .SetMetadataAsync(new Dictionary<string, string> { [Partition.Flawed] = upTo.ToString(CultureInfo.InvariantCulture) }, cancellationToken: cancel);

    // Only a blob whose every byte the Parquet holds, and that nobody has touched since it was listed. Readers that had listed it begin anew.
    private async Task SweepAsync(TruthFiles files, Partition listed, CancellationToken cancel)
    {
        foreach (var file in listed.Fresh.Where(file => file.FlawedUpTo < 0 && listed.CoveredUpTo(file.Name) >= file.Length).ToList())
        {
            Before(CompactionStep.Delete);
            try
            {
                await files.Container.GetBlobClient(file.Path).DeleteAsync(conditions: new BlobRequestConditions { IfMatch = file.Tag }, cancellationToken: cancel);
                listed.Fresh.Remove(file);
            }
            catch (RequestFailedException moved) when (Overtaken.Is(moved))
            {
                // Deleted elsewhere, or its writer has come back: the next run looks again.
            }
        }
    }
}
