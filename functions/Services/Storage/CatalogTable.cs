using Azure;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Table <c>catalog</c>: what listing needs of each model, in few partitions.</summary>
/// <param name="tables">The account.</param>
public sealed class CatalogTable(TableServiceClient tables)
{
    private readonly LazyTable table = new(tables, StorageNames.CatalogTable);

    /// <summary>Writes a model's row, over an older one; a newer one stays.</summary>
    public async Task PutAsync(ModelName model, string json, long sequence, CancellationToken cancel)
    {
        var client = await table.GetAsync(cancel);
        var entity = new TableEntity(StorageNames.CatalogPartition(model), model.Value) { ["sequence"] = sequence }.WithText("json", json);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var found = await client.GetEntityIfExistsAsync<TableEntity>(entity.PartitionKey, entity.RowKey, cancellationToken: cancel);
            if (found.HasValue && found.Value!.GetInt64("sequence") >= sequence) return;
            try
            {
                await (found.HasValue
                    ? client.UpdateEntityAsync(entity, found.Value!.ETag, TableUpdateMode.Replace, cancel)
                    : client.AddEntityAsync(entity, cancel));
                return;
            }
            catch (RequestFailedException conflict) when (conflict.Status is 404 or 409 or 412)
            {
                // Another writer was first: the newer of the two stays.
            }
        }

        throw new InvalidOperationException($"Other writers kept changing the catalog's row of {model}.");
    }

    /// <summary>Rows after a name, in the names' order, from every partition.</summary>
    public async Task<IReadOnlyList<(string Name, string Json)>> ListAsync(string after, int count, CancellationToken cancel)
    {
        var client = await table.GetAsync(cancel);
        var parts = await Task.WhenAll(StorageNames.CatalogPartitions.Select(partition => PartAsync(client, partition, after, count, cancel)));
        return [.. parts.SelectMany(part => part).OrderBy(row => row.Name, StringComparer.Ordinal).Take(count)];
    }

    private static async Task<List<(string Name, string Json)>> PartAsync(TableClient client, string partition, string after, int count, CancellationToken cancel)
    {
        var rows = client.QueryAsync<TableEntity>(
            row => row.PartitionKey == partition && row.RowKey.CompareTo(after) > 0, maxPerPage: Math.Min(count, 1000), cancellationToken: cancel);
        return await rows.Take(count).Select(row => (row.RowKey, row.GetText("json"))).ToListAsync(cancel);
    }
}
