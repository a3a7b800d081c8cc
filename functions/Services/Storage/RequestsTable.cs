using Azure;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Table <c>requests</c>: how a model's requests went, one row an hour and instance, which only that instance writes.</summary>
/// <param name="tables">The account.</param>
public sealed class RequestsTable(TableServiceClient tables)
{
    private const int AtOnce = 100;

    private readonly LazyTable table = new(tables, StorageNames.RequestsTable);

    /// <summary>Writes an hour as this instance knows it now: again changes nothing.</summary>
    public async Task PutAsync(ModelName model, DateTimeOffset hour, string instance, string json, CancellationToken cancel) =>
        await (await table.GetAsync(cancel)).UpsertEntityAsync(
            new TableEntity(StorageNames.Partition(model), StorageNames.Requests(hour, instance)).WithText("json", json), TableUpdateMode.Replace, cancel);

    /// <summary>All instances' rows of the hours that a stretch of time touches.</summary>
    public async IAsyncEnumerable<(DateTimeOffset Hour, string Json)> ListAsync(ModelName model, DateTimeOffset from, DateTimeOffset to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var (partition, first, last) = (StorageNames.Partition(model), StorageNames.RequestHour(from), StorageNames.After(StorageNames.RequestHour(to)));
        await foreach (var row in (await table.GetAsync(cancel)).QueryAsync<TableEntity>(row => row.PartitionKey == partition && row.RowKey.CompareTo(first) >= 0 && row.RowKey.CompareTo(last) < 0, cancellationToken: cancel))
            yield return (StorageNames.RequestHour(row.RowKey), row.GetText("json"));
    }

    /// <summary>Deletes the hours before a time.</summary>
    public async Task DeleteAsync(ModelName model, DateTimeOffset before, CancellationToken cancel)
    {
        var (client, partition, end) = (await table.GetAsync(cancel), StorageNames.Partition(model), StorageNames.RequestHour(before));
        await foreach (var rows in client.QueryAsync<TableEntity>(row => row.PartitionKey == partition && row.RowKey.CompareTo(end) < 0, select: ["PartitionKey", "RowKey"], cancellationToken: cancel).Chunk(AtOnce).WithCancellation(cancel))
            await client.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)), cancel);
    }
}
