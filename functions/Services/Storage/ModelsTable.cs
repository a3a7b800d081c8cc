using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Table <c>models</c>: one partition a model, so that one transaction changes everything about it.</summary>
/// <param name="tables">The account.</param>
public sealed class ModelsTable(TableServiceClient tables)
{
    private readonly LazyTable table = new(tables, StorageNames.ModelsTable);

    /// <summary>One row, or null.</summary>
    public async Task<TableEntity?> FindAsync(ModelName model, string row, CancellationToken cancel)
    {
        var found = await (await table.GetAsync(cancel)).GetEntityIfExistsAsync<TableEntity>(StorageNames.Partition(model), row, cancellationToken: cancel);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>The rows whose keys begin with a prefix, in order, after <paramref name="after"/>.</summary>
    public async IAsyncEnumerable<TableEntity> ListAsync(
        ModelName model, string prefix, string? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var partition = StorageNames.Partition(model);
        var (from, to) = (after ?? prefix, StorageNames.After(prefix));
        var rows = (await table.GetAsync(cancel)).QueryAsync<TableEntity>(
            row => row.PartitionKey == partition && row.RowKey.CompareTo(from) > 0 && row.RowKey.CompareTo(to) < 0, cancellationToken: cancel);
        await foreach (var row in rows) yield return row;
    }

    /// <summary>Every partition's name, in order: from one to the next, without reading the rows between.</summary>
    public async IAsyncEnumerable<string> PartitionsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var client = await table.GetAsync(cancel);
        for (var last = ""; ;)
        {
            var after = last;
            var next = await client.QueryAsync<TableEntity>(row => row.PartitionKey.CompareTo(after) > 0, maxPerPage: 1, select: [nameof(TableEntity.PartitionKey)], cancel).FirstOrDefaultAsync(cancel);
            if (next is null) yield break;
            yield return last = next.PartitionKey;
        }
    }

    /// <summary>Every row of every model, but of its properties only those named.</summary>
    public async IAsyncEnumerable<TableEntity> AllAsync(IReadOnlyList<string> properties, [EnumeratorCancellation] CancellationToken cancel)
    {
        var rows = (await table.GetAsync(cancel)).QueryAsync<TableEntity>(select: [nameof(TableEntity.PartitionKey), nameof(TableEntity.RowKey), .. properties], cancellationToken: cancel);
        await foreach (var row in rows) yield return row;
    }

    /// <summary>All of it or nothing of it. False when a condition did not hold: another writer was first.</summary>
    /// <exception cref="ArgumentException">More than 100 actions, a property over 64 KiB, an entity over 1 MiB or a transaction over 4 MiB: limits that the local emulator does not enforce.</exception>
    public Task<bool> TryCommitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancel) => table.TryCommitAsync(actions, cancel);

    /// <summary>Removes a row; that it is gone already is success.</summary>
    public async Task DeleteAsync(ModelName model, string row, CancellationToken cancel)
    {
        try
        {
            await (await table.GetAsync(cancel)).DeleteEntityAsync(StorageNames.Partition(model), row, ETag.All, cancel);
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
        }
    }
}
