using System.Text.Json;
using Azure;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Findings;

/// <summary>Findings: whole in blobs, one row a window in the table. The row is what counts; a blob without one was left by a crash, and is written over.</summary>
/// <param name="table">The rows.</param>
/// <param name="blobs">The findings whole.</param>
public sealed class FindingStore(FindingsTable table, ReportBlobs blobs)
{
    /// <summary>The current row of a window; null when it was not scanned.</summary>
    public async Task<(FindingRow Row, ETag ETag)?> FindAsync(ModelName model, string monitor, DateTimeOffset end, CancellationToken cancel) =>
        await table.FindAsync(model, monitor, end, cancel) is { } entity ? (Row(entity.GetText("json")), entity.ETag) : null;

    /// <summary>Keeps a finding as its window's current one. False when another scan was first.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="seen">What tells whether the window has other rows by now.</param>
    /// <param name="there">The row that it supersedes, or null.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<bool> TryKeepAsync(Finding finding, long seen, ETag? there, CancellationToken cancel)
    {
        var model = ModelName.Parse(finding.Model);
        // Two scans may write the same revision: the id makes the path one scan's own.
        var path = StorageNames.Report(model, finding.Monitor, finding.Window.To, finding.Revision).Replace(".json", $"-{finding.Id:N}.json", StringComparison.Ordinal);
        await blobs.PutAsync(path, JsonSerializer.SerializeToUtf8Bytes(finding, FindingJson.Default.Finding), "application/json", cancel);
        await table.PutIdAsync(model, finding.Id, path, cancel);
        var row = FindingRow.Of(finding, seen, path);
        return await table.TryPutAsync(model, finding.Monitor, finding.Window.To, JsonSerializer.Serialize(row, FindingJson.Default.FindingRow), there, cancel);
    }

    /// <summary>A finding whole; null when its blob is gone.</summary>
    public async Task<Finding?> ReadAsync(FindingRow row, CancellationToken cancel) => await ReadAsync(row.Path, cancel);

    /// <summary>A finding whole by its id, superseded ones too; null for an unknown id.</summary>
    public async Task<Finding?> ReadAsync(ModelName model, Guid id, CancellationToken cancel) =>
        await table.PathAsync(model, id, cancel) is { } path ? await ReadAsync(path, cancel) : null;

    /// <summary>Rows of windows that end after <paramref name="from"/> and at or before <paramref name="to"/>, by monitor, newest first, after the given keys.</summary>
    public async Task<(IReadOnlyList<FindingRow> Rows, (string Partition, string Row)? Last)> ListAsync(
        ModelName model, string? monitor, DateTimeOffset from, DateTimeOffset to, (string Partition, string Row)? after, int count, CancellationToken cancel)
    {
        var entities = await table.ListAsync(model, monitor, from, to, after, count, cancel);
        return ([.. entities.Select(entity => Row(entity.GetText("json")))], entities.Count == count ? (entities[^1].PartitionKey, entities[^1].RowKey) : null);
    }

    /// <summary>The findings of all monitors whose windows ended after a time: whole where they are in breach, the newest fifty of these, otherwise as their rows tell them.</summary>
    public async Task<IReadOnlyList<Finding>> RecentAsync(ModelName model, DateTimeOffset since, CancellationToken cancel)
    {
        var (rows, _) = await ListAsync(model, null, since, DateTimeOffset.MaxValue, null, MostRecent, cancel);
        var whole = rows.Where(row => row.Verdict == FindingVerdict.Breached).OrderByDescending(row => row.Window.To).Take(MostWhole).ToHashSet();
        return [.. await Task.WhenAll(rows.Select(async row => (whole.Contains(row) ? await ReadAsync(row, cancel) : null) ?? row.Finding))];
    }

    private const int MostRecent = 2_000, MostWhole = 50;

    private async Task<Finding?> ReadAsync(string path, CancellationToken cancel) =>
        await blobs.FindAsync(path, cancel) is { } bytes ? JsonSerializer.Deserialize(bytes, FindingJson.Default.Finding) : null;

    private static FindingRow Row(string json) => JsonSerializer.Deserialize(json, FindingJson.Default.FindingRow)!;
}
