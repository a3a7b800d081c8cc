using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Serverless.Core.Access;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>A key as it is kept: never the key itself, only its hash.</summary>
/// <param name="Name">The principal's name.</param>
/// <param name="Hash">SHA-256 of the key.</param>
/// <param name="Roles">What its bearer may do.</param>
/// <param name="Created">When it was issued.</param>
/// <param name="Expires">When it ends, or null.</param>
public sealed record KeyRow(string Name, Digest Hash, Role Roles, DateTimeOffset Created, DateTimeOffset? Expires);

/// <summary>Table <c>keys</c>, one partition: the keys by name, and the audit chain of their changes, so that both change in one transaction.</summary>
/// <param name="tables">The account.</param>
public sealed class KeysTable(TableServiceClient tables)
{
    /// <summary>The partition.</summary>
    public const string Partition = "key";

    // No name holds the bar.
    private const string Head = "|head";

    private readonly TableClient table = tables.GetTableClient(StorageNames.KeysTable);

    /// <summary>One key, or null.</summary>
    public async Task<KeyRow?> FindAsync(string name, CancellationToken cancel) =>
        await FindRowAsync(name, cancel) is { } row ? Read(row) : null;

    /// <summary>Every key, by name.</summary>
    public IAsyncEnumerable<KeyRow> ListAsync(CancellationToken cancel) =>
        QueryAsync("", "|", cancel).Where(row => !row.RowKey.Contains('|', StringComparison.Ordinal)).Select(Read);

    /// <summary>The entries of the audit chain, oldest first.</summary>
    public IAsyncEnumerable<TableEntity> EntriesAsync(CancellationToken cancel) => QueryAsync(StorageNames.AuditPrefix, StorageNames.After(StorageNames.AuditPrefix), cancel);

    /// <summary>The end of the audit chain, with what its change has to match.</summary>
    public async Task<(AuditHead Head, ETag? ETag)> HeadAsync(CancellationToken cancel) => AuditHeadRow.Read(await FindRowAsync(Head, cancel));

    /// <summary>Writes or, without a row, removes a key, together with the chain's next entry. False when another writer was first.</summary>
    public async Task<bool> TryCommitAsync(string name, KeyRow? row, TableTransactionAction entry, AuditHead head, ETag? seen, CancellationToken cancel)
    {
        await table.CreateIfNotExistsAsync(cancel);
        try
        {
            await table.SubmitTransactionAsync(
                [
                    AuditHeadRow.Move(Partition, Head, head, seen),
                    entry,
                    row is null ? new(TableTransactionActionType.Delete, new TableEntity(Partition, name), ETag.All) : new(TableTransactionActionType.UpsertReplace, Write(row)),
                ], cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status is 409 or 412 or 404)
        {
            return false;
        }
    }

    private static TableEntity Write(KeyRow row) => new(Partition, row.Name)
    {
        ["hash"] = row.Hash.Hex,
        ["roles"] = row.Roles.ToString(),
        ["created"] = row.Created,
        ["expires"] = row.Expires,
    };

    private static KeyRow Read(TableEntity row) => new(
        row.RowKey, Digest.Parse(row.GetString("hash")), Enum.Parse<Role>(row.GetString("roles")), row.GetDateTimeOffset("created")!.Value, row.GetDateTimeOffset("expires"));

    private async Task<TableEntity?> FindRowAsync(string row, CancellationToken cancel)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, row, cancellationToken: cancel);
        return found.HasValue ? found.Value : null;
    }

    private async IAsyncEnumerable<TableEntity> QueryAsync(string after, string before, [EnumeratorCancellation] CancellationToken cancel)
    {
        var rows = table.QueryAsync<TableEntity>(
            row => row.PartitionKey == Partition && row.RowKey.CompareTo(after) > 0 && row.RowKey.CompareTo(before) < 0, cancellationToken: cancel).GetAsyncEnumerator(cancel);
        await using (rows)
            while (await NextAsync(rows)) yield return rows.Current;
    }

    // No key has been issued yet: there is no table.
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<TableEntity> entities)
    {
        try
        {
            return await entities.MoveNextAsync();
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return false;
        }
    }
}
