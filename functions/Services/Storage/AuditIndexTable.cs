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
        await (await table.GetAsync(cancel)).UpsertEntityAsync(new TableEntity(partition, row) { ["json"] = json }, TableUpdateMode.Replace, cancel);
    }

    /// <summary>A page of entries, newest first, and what continues it.</summary>
    public async Task<(IReadOnlyList<string> Entries, string? Next)> ListAsync(string? after, int count, CancellationToken cancel)
    {
        var client = await table.GetAsync(cancel);
        var pages = client.QueryAsync<TableEntity>(maxPerPage: count, cancellationToken: cancel).AsPages(after, count);
        await foreach (var page in pages)
            return ([.. page.Values.Select(row => row.GetString("json"))], page.ContinuationToken);
        return ([], null);
    }
}
