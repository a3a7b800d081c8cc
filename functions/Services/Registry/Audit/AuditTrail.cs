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
/// <param name="keys">The chain of named keys.</param>
/// <param name="settings">The chains of silences and webhooks.</param>
public sealed class AuditTrail(ModelStore store, ModelsTable table, AuditIndexTable index, ModelCatalog catalog, KeysTable keys, AlertSettingsTable settings)
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

    /// <summary>A page of every entry, of models, keys, silences and webhooks, newest first.</summary>
    public async Task<Page<AuditEntryResponse>> ListAsync(Paging paging, CancellationToken cancel)
    {
        var found = await index.ListAsync(Keys(paging.After), paging.Size + 1, cancel).ToListAsync(cancel);
        var entries = found.Take(paging.Size).Select(entry => new AuditEntryResponse(new(entry.Json), AuditChain.HashOf(entry.Json)));
        return new([.. entries], found.Count > paging.Size ? Paging.Token($"{found[paging.Size - 1].Partition}|{found[paging.Size - 1].Row}") : null);
    }

    /// <summary>Walks chains, of one model, or of all and of keys, silences and webhooks, and reports the first broken link of each.</summary>
    public async Task<AuditVerdict> VerifyAsync(ModelName? model, CancellationToken cancel)
    {
        if (model is { } one)
        {
            var chain = await VerifyChainAsync(await store.GetAsync(one, cancel), cancel);
            return new(chain.Valid, [chain], null, null, null);
        }
        var verdicts = new List<ChainVerdict>();
        // Both, for either may have been touched: a model that is not listed has a partition, and the other way round.
        var names = await table.PartitionsAsync(cancel).Select(ModelName.Parse).ToHashSetAsync(cancellationToken: cancel);
        await foreach (var listed in catalog.AllAsync(cancel)) names.Add(listed.Name);
        foreach (var name in names.OrderBy(name => name.Value, StringComparer.Ordinal))
            verdicts.Add(await store.FindAsync(name, cancel) is { } there
                ? await VerifyChainAsync(there, cancel)
                : new(name, 0, false, "The model's own row is gone."));
        var (named, silences, webhooks) = (await VerifyKeysAsync(cancel), await VerifySettingsAsync(AlertSettingsTable.Silences, cancel), await VerifySettingsAsync(AlertSettingsTable.Webhooks, cancel));
        return new(named.Valid && silences.Valid && webhooks.Valid && verdicts.TrueForAll(verdict => verdict.Valid), verdicts, named, silences, webhooks);
    }

    private static (string Partition, string Row)? Keys(string? after) => after?.Split('|', 2) switch
    {
        null => null,
        [var partition, var row] => (partition, row),
        _ => throw Paging.Unknown(),
    };

    private async Task<ChainVerdict> VerifyChainAsync(ModelRecord model, CancellationToken cancel)
    {
        var (entries, problem) = await AuditChain.WalkAsync(table.ListAsync(model.Name, StorageNames.AuditPrefix, null, cancel), model.Audit);
        return new(model.Name, entries, problem is null, problem);
    }

    private async Task<ChainVerdict> VerifySettingsAsync(string kind, CancellationToken cancel)
    {
        var (head, _) = await settings.HeadAsync(kind, cancel);
        var (entries, problem) = await AuditChain.WalkAsync(settings.EntriesAsync(kind, cancel), head);
        return new(null, entries, problem is null, problem);
    }

    private async Task<ChainVerdict> VerifyKeysAsync(CancellationToken cancel)
    {
        var (head, _) = await keys.HeadAsync(cancel);
        var (entries, problem) = await AuditChain.WalkAsync(keys.EntriesAsync(cancel), head);
        return new(null, entries, problem is null, problem);
    }
}
