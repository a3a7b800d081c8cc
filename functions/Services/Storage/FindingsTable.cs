using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Table <c>findings</c>: one row a window, newest first; where findings stand by id; scans on demand.</summary>
/// <param name="tables">The account.</param>
public sealed class FindingsTable(TableServiceClient tables)
{
    private readonly LazyTable table = new(tables, StorageNames.FindingsTable);

    /// <summary>The row of a window; null when it was not scanned.</summary>
    public Task<TableEntity?> FindAsync(ModelName model, string monitor, DateTimeOffset end, CancellationToken cancel) =>
        GetAsync(StorageNames.Findings(model, monitor), StorageNames.WindowRow(end), cancel);

    /// <summary>Writes a window's row: new where <paramref name="there"/> is null, else over just that. False when another scan was first.</summary>
    public async Task<bool> TryPutAsync(ModelName model, string monitor, DateTimeOffset end, string json, ETag? there, CancellationToken cancel) =>
        await TryAsync(new TableEntity(StorageNames.Findings(model, monitor), StorageNames.WindowRow(end)).WithText("json", json), there, cancel);

    /// <summary>Rows of a model's windows that end after <paramref name="from"/> and at or before <paramref name="to"/>; by monitor, newest first, after these keys.</summary>
    public async Task<IReadOnlyList<TableEntity>> ListAsync(ModelName model, string? monitor, DateTimeOffset from, DateTimeOffset to, (string Partition, string Row)? after, int count, CancellationToken cancel)
    {
        string first = StorageNames.WindowRow(to), last = StorageNames.WindowRow(from);
        var (low, high) = monitor is null ? (StorageNames.Findings(model, ""), StorageNames.After(StorageNames.Findings(model, ""))) : (StorageNames.Findings(model, monitor), StorageNames.Findings(model, monitor) + "\0");
        var (partition, row) = after ?? (low, "");
        var client = await table.GetAsync(cancel);
        var rows = client.QueryAsync<TableEntity>(
            entity => entity.PartitionKey.CompareTo(partition) >= 0 && entity.PartitionKey.CompareTo(high) < 0 && entity.RowKey.CompareTo(first) >= 0 && entity.RowKey.CompareTo(last) < 0,
            maxPerPage: Math.Min(1000, count + 1), cancellationToken: cancel);
        return await rows.Where(entity => entity.PartitionKey != partition || string.CompareOrdinal(entity.RowKey, row) > 0).Take(count).ToListAsync(cancel);
    }

    /// <summary>Says where a finding stands. Before the window's row, so that every id that was given is found.</summary>
    public async Task PutIdAsync(ModelName model, Guid id, string path, CancellationToken cancel) =>
        await (await table.GetAsync(cancel)).UpsertEntityAsync(new TableEntity(StorageNames.FindingIds(model), id.ToString("D")) { ["path"] = path }, TableUpdateMode.Replace, cancel);

    /// <summary>The path of a finding; null for an id that was not given.</summary>
    public async Task<string?> PathAsync(ModelName model, Guid id, CancellationToken cancel) =>
        (await GetAsync(StorageNames.FindingIds(model), id.ToString("D"), cancel))?.GetString("path");

    /// <summary>Up to when a monitor's windows were asked for; null when none was.</summary>
    public async Task<(DateTimeOffset? To, ETag? ETag)> StateAsync(ModelName model, string monitor, CancellationToken cancel) =>
        await GetAsync(StorageNames.Findings(model, monitor), StorageNames.ScanState, cancel) is { } row ? (row.GetDateTimeOffset("to"), row.ETag) : (null, null);

    /// <summary>Says up to when windows were asked for. False when another instance did.</summary>
    public Task<bool> TryPutStateAsync(ModelName model, string monitor, DateTimeOffset to, ETag? there, CancellationToken cancel) =>
        TryAsync(new TableEntity(StorageNames.Findings(model, monitor), StorageNames.ScanState) { ["to"] = to }, there, cancel);

    /// <summary>Writes a scan on demand.</summary>
    public async Task PutScanAsync(ModelName model, Guid id, string json, CancellationToken cancel) =>
        await (await table.GetAsync(cancel)).UpsertEntityAsync(new TableEntity(StorageNames.Scans(model), id.ToString("D")).WithText("json", json), TableUpdateMode.Replace, cancel);

    /// <summary>Says that a window of a scan on demand is done.</summary>
    public async Task PutDoneAsync(ModelName model, Guid id, string monitor, DateTimeOffset end, string verdict, CancellationToken cancel) =>
        await (await table.GetAsync(cancel)).UpsertEntityAsync(
            new TableEntity(StorageNames.Scans(model), $"{id:D}|{monitor}|{StorageNames.WindowRow(end)}") { ["verdict"] = verdict }, TableUpdateMode.Replace, cancel);

    /// <summary>A scan on demand with the verdicts of its windows that are done; null for an unknown one.</summary>
    public async Task<(string Json, IReadOnlyDictionary<string, int> Done)?> ScanAsync(ModelName model, Guid id, CancellationToken cancel)
    {
        var (partition, first, last) = (StorageNames.Scans(model), id.ToString("D"), string.Create(CultureInfo.InvariantCulture, $"{id:D}}}"));
        string? json = null;
        var done = new Dictionary<string, int>();
        await foreach (var row in (await table.GetAsync(cancel)).QueryAsync<TableEntity>(row => row.PartitionKey == partition && row.RowKey.CompareTo(first) >= 0 && row.RowKey.CompareTo(last) < 0, cancellationToken: cancel))
            if (row.RowKey == first) json = row.GetText("json");
            else done[row.GetString("verdict")] = done.GetValueOrDefault(row.GetString("verdict")) + 1;
        return json is null ? null : (json, done);
    }

    private async Task<TableEntity?> GetAsync(string partition, string row, CancellationToken cancel) =>
        (await (await table.GetAsync(cancel)).GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancel)) is { HasValue: true, Value: var found } ? found : null;

    private async Task<bool> TryAsync(TableEntity entity, ETag? there, CancellationToken cancel)
    {
        var client = await table.GetAsync(cancel);
        try
        {
            await (there is { } tag ? client.UpdateEntityAsync(entity, tag, TableUpdateMode.Replace, cancel) : client.AddEntityAsync(entity, cancel));
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status is 404 or 409 or 412)
        {
            return false;
        }
    }
}
