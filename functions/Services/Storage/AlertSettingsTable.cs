using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace Serverless.Services.Storage;

/// <summary>Table <c>alertsettings</c>: silences and webhooks, each kind a partition.</summary>
/// <param name="tables">The account.</param>
public sealed class AlertSettingsTable(TableServiceClient tables)
{
    /// <summary>The partition of silences.</summary>
    public const string Silences = "silence";

    /// <summary>The partition of webhooks.</summary>
    public const string Webhooks = "webhook";

    private const string Text = "json";

    private readonly LazyTable table = new(tables, StorageNames.AlertSettingsTable);

    /// <summary>One record's JSON with what its change has to match, or null.</summary>
    public async Task<(string Json, ETag ETag)?> FindAsync(string kind, string id, CancellationToken cancel)
    {
        var found = await (await table.GetAsync(cancel)).GetEntityIfExistsAsync<TableEntity>(kind, id, cancellationToken: cancel);
        return found.HasValue ? (found.Value!.GetText(Text), found.Value!.ETag) : null;
    }

    /// <summary>Every record of a kind after an id, by id.</summary>
    public async IAsyncEnumerable<string> ListAsync(string kind, string? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var from = after ?? "";
        await foreach (var row in (await table.GetAsync(cancel)).QueryAsync<TableEntity>(row => row.PartitionKey == kind && row.RowKey.CompareTo(from) > 0, cancellationToken: cancel))
            yield return row.GetText(Text);
    }

    /// <summary>Writes a record that nobody has changed since it was read. False when somebody has.</summary>
    public async Task<bool> TryPutAsync(string kind, string id, string json, ETag? seen, CancellationToken cancel)
    {
        var client = await table.GetAsync(cancel);
        var entity = new TableEntity(kind, id).WithText(Text, json);
        try
        {
            if (seen is { } etag) await client.UpdateEntityAsync(entity, etag, TableUpdateMode.Replace, cancel);
            else await client.AddEntityAsync(entity, cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status is 409 or 412 or 404)
        {
            return false;
        }
    }

    /// <summary>Removes a record that nobody has changed since it was read. False when somebody has.</summary>
    public async Task<bool> TryDeleteAsync(string kind, string id, ETag seen, CancellationToken cancel)
    {
        try
        {
            await (await table.GetAsync(cancel)).DeleteEntityAsync(kind, id, seen, cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status is 412 or 404)
        {
            return false;
        }
    }
}
