using System.Text;
using Azure;
using Azure.Data.Tables;

namespace Serverless.Services.Storage;

/// <summary>Entity-group transactions within the service's limits, which the local emulator does not enforce.</summary>
internal static class TableTransaction
{
    /// <summary>The most actions of a transaction.</summary>
    public const int MaximumActions = 100;

    private const int MaximumEntity = 1 << 20;
    private const int MaximumTransaction = 4 << 20;
    private const int MaximumProperty = 64 << 10;

    /// <summary>All of it or nothing of it. False when a condition did not hold: another writer was first.</summary>
    /// <exception cref="ArgumentException">More than 100 actions, more than one partition, a property over 64 KiB, an entity over 1 MiB or a transaction over 4 MiB.</exception>
    public static async Task<bool> TryCommitAsync(this LazyTable table, IReadOnlyList<TableTransactionAction> actions, CancellationToken cancel)
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
