using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;

namespace Serverless.Services.Storage;

/// <summary>Table <c>auditindex</c>: the audit trail across models, newest first.</summary>
/// <param name="tables">The account.</param>
public sealed class AuditIndexTable(TableServiceClient tables)
{
    private readonly LazyTable table = new(tables, StorageNames.AuditIndexTable);

    /// <summary>Writes an entry; the same entry again changes nothing.</summary>
    public async Task PutAsync(DateTimeOffset time, Guid id, string json, CancellationToken cancel)
    {
        var (partition, row) = StorageNames.AuditIndex(time, id);
        await (await table.GetAsync(cancel)).UpsertEntityAsync(new TableEntity(partition, row).WithText("json", json), TableUpdateMode.Replace, cancel);
    }

    /// <summary>Entries, newest first, after the one with these keys; first the rest of its day, then the days before.</summary>
    public async IAsyncEnumerable<(string Partition, string Row, string Json)> ListAsync(
        (string Partition, string Row)? after, int count, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (partition, row) = after ?? ("", "");
        var left = count;
        // Two queries, because one that joins them with "or" would read the table from its start.
        foreach (var part in (Expression<Func<TableEntity, bool>>[])
            [entity => entity.PartitionKey == partition && entity.RowKey.CompareTo(row) > 0, entity => entity.PartitionKey.CompareTo(partition) > 0])
        {
            if (left == 0) yield break;
            await foreach (var entity in (await table.GetAsync(cancel)).QueryAsync(part, maxPerPage: left, cancellationToken: cancel).Take(left))
            {
                left--;
                yield return (entity.PartitionKey, entity.RowKey, entity.GetText("json"));
            }
        }
    }
}
