using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry.Models;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Audit;

/// <summary>Reads the audit trail and proves that nobody has touched it.</summary>
/// <param name="store">The models.</param>
/// <param name="table">The chains.</param>
/// <param name="index">The trail across models.</param>
/// <param name="catalog">Every model.</param>
public sealed class AuditTrail(ModelStore store, ModelsTable table, AuditIndexTable index, ModelCatalog catalog)
{
    /// <summary>A page of one model's entries, oldest first.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/></exception>
    public async Task<Page<AuditEntryResponse>> ListAsync(ModelName model, Paging paging, CancellationToken cancel)
    {
        await store.GetAsync(model, cancel);
        var after = paging.After is null ? null : StorageNames.AuditPrefix + paging.After;
        var found = await table.ListAsync(model, StorageNames.AuditPrefix, after, cancel).Take(paging.Size + 1).ToListAsync(cancel);
        var entries = found.Take(paging.Size).Select(row => new AuditEntryResponse(new(row.GetText("json")), row.GetString("hash")));
        return new([.. entries], found.Count > paging.Size ? Paging.Token(found[paging.Size - 1].RowKey[StorageNames.AuditPrefix.Length..]) : null);
    }

    /// <summary>A page of every model's entries, newest first.</summary>
    public async Task<Page<AuditEntryResponse>> ListAsync(Paging paging, CancellationToken cancel)
    {
        var found = await index.ListAsync(Keys(paging.After), paging.Size + 1, cancel).ToListAsync(cancel);
        var entries = found.Take(paging.Size).Select(entry => new AuditEntryResponse(new(entry.Json), ModelStore.HashOf(entry.Json)));
        return new([.. entries], found.Count > paging.Size ? Paging.Token($"{found[paging.Size - 1].Partition}|{found[paging.Size - 1].Row}") : null);
    }

    /// <summary>Walks chains, of one model or of all, and reports the first broken link of each.</summary>
    public async Task<AuditVerdict> VerifyAsync(ModelName? model, CancellationToken cancel)
    {
        var verdicts = new List<ChainVerdict>();
        if (model is { } one) verdicts.Add(await VerifyChainAsync(await store.GetAsync(one, cancel), cancel));
        else
        {
            // Both, for either may have been touched: a model that is not listed has a partition, and the other way round.
            var names = await table.PartitionsAsync(cancel).Select(ModelName.Parse).ToHashSetAsync(cancellationToken: cancel);
            await foreach (var listed in catalog.AllAsync(cancel)) names.Add(listed.Name);
            foreach (var name in names.OrderBy(name => name.Value, StringComparer.Ordinal))
                verdicts.Add(await store.FindAsync(name, cancel) is { } there
                    ? await VerifyChainAsync(there, cancel)
                    : new(name, 0, false, "The model's own row is gone."));
        }

        return new(verdicts.TrueForAll(verdict => verdict.Valid), verdicts);
    }

    private static (string Partition, string Row)? Keys(string? after) => after?.Split('|', 2) switch
    {
        null => null,
        [var partition, var row] => (partition, row),
        _ => throw Paging.Unknown(),
    };

    private async Task<ChainVerdict> VerifyChainAsync(ModelRecord model, CancellationToken cancel)
    {
        var (count, hash) = (0L, AuditHead.Start.Hash);
        await foreach (var row in table.ListAsync(model.Name, StorageNames.AuditPrefix, null, cancel))
        {
            if (Broken(row.FindText("json"), row.GetString("hash"), count, hash) is { } problem) return new(model.Name, count, false, problem);
            (count, hash) = (count + 1, row.GetString("hash"));
            // Entries that came while we walked are the next walk's.
            if (count == model.Audit.Count) break;
        }

        return count == model.Audit.Count && hash == model.Audit.Hash
            ? new(model.Name, count, true, null)
            : new(model.Name, count, false, $"The chain ends at entry {count}; the model's own row says {model.Audit.Count} entries that end in {model.Audit.Hash}.");
    }

    private static string? Broken(string? json, string? hash, long before, string previous)
    {
        if (json is null || ModelStore.HashOf(json) != hash) return $"Entry {before + 1} does not have the hash that is kept with it: it was edited.";
        AuditEntry entry;
        try
        {
            entry = JsonSerializer.Deserialize(json, StoredJson.Default.AuditEntry)!;
        }
        catch (JsonException)
        {
            return $"Entry {before + 1} cannot be read.";
        }

        if (entry.Sequence != before + 1) return $"Entry {before + 1} is missing or moved: entry {entry.Sequence} stands in its place.";
        return entry.Previous == previous ? null : $"Entry {entry.Sequence} does not join entry {before}: one of them was replaced.";
    }
}
