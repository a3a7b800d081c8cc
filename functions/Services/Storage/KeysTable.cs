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

/// <summary>Table <c>keys</c>, one partition: <c>key</c> | name.</summary>
/// <param name="tables">The account.</param>
public sealed class KeysTable(TableServiceClient tables)
{
    private const string Partition = "key";
    private readonly TableClient table = tables.GetTableClient(StorageNames.KeysTable);

    /// <summary>Writes a key, over one of the same name.</summary>
    public async Task PutAsync(KeyRow row, CancellationToken cancel)
    {
        await table.CreateIfNotExistsAsync(cancel);
        await table.UpsertEntityAsync(
            new TableEntity(Partition, row.Name)
            {
                ["hash"] = row.Hash.Hex,
                ["roles"] = row.Roles.ToString(),
                ["created"] = row.Created,
                ["expires"] = row.Expires,
            },
            TableUpdateMode.Replace, cancel);
    }

    /// <summary>Removes a key. False when there was none.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancel)
    {
        try
        {
            using var answer = await table.DeleteEntityAsync(Partition, name, ETag.All, cancel);
            return answer.Status != 404;
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return false;
        }
    }

    /// <summary>Every key, by name.</summary>
    public async IAsyncEnumerable<KeyRow> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var entities = table.QueryAsync<TableEntity>(entity => entity.PartitionKey == Partition, cancellationToken: cancel).GetAsyncEnumerator(cancel);
        await using (entities)
        {
            while (await NextAsync(entities))
            {
                var entity = entities.Current;
                yield return new(
                    entity.RowKey, Digest.Parse(entity.GetString("hash")), Enum.Parse<Role>(entity.GetString("roles")),
                    entity.GetDateTimeOffset("created")!.Value, entity.GetDateTimeOffset("expires"));
            }
        }
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
