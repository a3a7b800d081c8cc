using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Table <c>alertsettings</c>: silences and webhooks, each kind a partition together with the audit chain of its changes.</summary>
/// <param name="tables">The account.</param>
public sealed class AlertSettingsTable(TableServiceClient tables)
{
    /// <summary>The partition of silences.</summary>
    public const string Silences = "silence";

    /// <summary>The partition of webhooks.</summary>
    public const string Webhooks = "webhook";

    private const string Text = "json";

    // Ids begin with a letter or digit, so that a chain's rows come after all of them.
    private const string Head = "|head";

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
        await foreach (var row in (await table.GetAsync(cancel)).QueryAsync<TableEntity>(row => row.PartitionKey == kind && row.RowKey.CompareTo(from) > 0 && row.RowKey.CompareTo("|") < 0, cancellationToken: cancel))
            yield return row.GetText(Text);
    }

    /// <summary>The end of a kind's audit chain, with what its change has to match.</summary>
    public async Task<(AuditHead Head, ETag? ETag)> HeadAsync(string kind, CancellationToken cancel)
    {
        var found = await (await table.GetAsync(cancel)).GetEntityIfExistsAsync<TableEntity>(kind, Head, cancellationToken: cancel);
        return AuditHeadRow.Read(found.HasValue ? found.Value : null);
    }

    /// <summary>The entries of a kind's audit chain, oldest first.</summary>
    public async IAsyncEnumerable<TableEntity> EntriesAsync(string kind, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (from, to) = (StorageNames.SettingAuditPrefix, StorageNames.After(StorageNames.SettingAuditPrefix));
        await foreach (var row in (await table.GetAsync(cancel)).QueryAsync<TableEntity>(
            row => row.PartitionKey == kind && row.RowKey.CompareTo(from) > 0 && row.RowKey.CompareTo(to) < 0, cancellationToken: cancel)) yield return row;
    }

    /// <summary>Writes or, without JSON, removes a record that nobody has changed since it was read, together with the chain's next entry. False when somebody has.</summary>
    public Task<bool> TryCommitAsync(string kind, string id, string? json, ETag? seen, TableTransactionAction entry, (AuditHead Next, ETag? Seen) head, CancellationToken cancel)
    {
        var record = new TableEntity(kind, id);
        return table.TryCommitAsync(
        [
            AuditHeadRow.Move(kind, Head, head.Next, head.Seen),
            entry,
            json is null ? new(TableTransactionActionType.Delete, record, seen!.Value)
                : seen is { } etag ? new(TableTransactionActionType.UpdateReplace, record.WithText(Text, json), etag)
                : new(TableTransactionActionType.Add, record.WithText(Text, json)),
        ], cancel);
    }
}
