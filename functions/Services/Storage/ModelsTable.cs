using System.Runtime.CompilerServices;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Table <c>models</c>: one partition a model, so that one transaction changes everything about it.</summary>
/// <param name="tables">The account.</param>
public sealed class ModelsTable(TableServiceClient tables)
{
    private const int MaximumActions = 100;
    private const int MaximumEntity = 1 << 20;
    private const int MaximumTransaction = 4 << 20;
    private const int MaximumProperty = 64 << 10;

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
    public async Task<bool> TryCommitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancel)
    {
        Check(actions);
        var client = await table.GetAsync(cancel);
        try
        {
            await client.SubmitTransactionAsync(actions, cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status is 409 or 412 or 404)
        {
            return false;
        }
    }

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

    private static void Check(IReadOnlyList<TableTransactionAction> actions)
    {
        if (actions.Count > MaximumActions) throw new ArgumentException($"A transaction has at most {MaximumActions} actions.", nameof(actions));
        if (actions.Select(action => action.Entity.PartitionKey).Distinct().Count() > 1) throw new ArgumentException("A transaction stays in one partition.", nameof(actions));
        var sizes = actions.Select(action => Size((TableEntity)action.Entity)).ToArray();
        if (actions.SelectMany(action => (TableEntity)action.Entity).Any(pair => Size(pair.Value) > MaximumProperty)) throw new ArgumentException("A property is at most 64 KiB.", nameof(actions));
        if (sizes.Any(size => size > MaximumEntity)) throw new ArgumentException("An entity is at most 1 MiB.", nameof(actions));
        if (sizes.Sum() > MaximumTransaction) throw new ArgumentException("A transaction is at most 4 MiB.", nameof(actions));
    }

    private static long Size(TableEntity entity) => entity.Sum(pair => (2L * pair.Key.Length) + Size(pair.Value));

    private static long Size(object? value) => value switch
    {
        string text => Encoding.Unicode.GetByteCount(text),
        byte[] bytes => bytes.Length,
        _ => 16,
    };
}
