using Azure.Data.Tables;

namespace Serverless.Services.Storage;

/// <summary>A table that is created, once a process, before its first use.</summary>
internal sealed class LazyTable(TableServiceClient tables, string name)
{
    private readonly TableClient table = tables.GetTableClient(name);
    private volatile Task? created;

    public async ValueTask<TableClient> GetAsync(CancellationToken cancel)
    {
        if (created is not { IsCompletedSuccessfully: true } known)
        {
            known = created;
            if (known is null or { IsFaulted: true } or { IsCanceled: true }) created = known = table.CreateIfNotExistsAsync(CancellationToken.None);
            await known.WaitAsync(cancel);
        }

        return table;
    }
}
