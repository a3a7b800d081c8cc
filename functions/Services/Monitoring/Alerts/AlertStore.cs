using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Alerts as rows. A commit is one transaction: the monitor's windows under their ETag, the alerts that changed, and a row for everything that is to be told.</summary>
/// <param name="table">The rows.</param>
/// <param name="open">Which alerts are open.</param>
public sealed class AlertStore(AlertsTable table, OpenAlerts open)
{
    internal const string Status = "status";
    internal const string Withheld = "withheld";
    private const string Text = "json";

    /// <summary>A monitor's windows and newest alert, with what their change has to match.</summary>
    public async Task<(AlertTrack Track, ETag? ETag)> TrackAsync(ModelName model, string monitor, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.AlertTrack(monitor), cancel) is { } row
            ? (JsonSerializer.Deserialize(row.GetText(Text), AlertStoredJson.Default.AlertTrack)!, row.ETag)
            : (new(model.Value, monitor), null);

    /// <summary>The open alerts, and those that keep something back, of one model or of all, after the one with these keys.</summary>
    public IAsyncEnumerable<AlertState> OpenAsync(ModelName? model, (string Partition, string Row)? after, CancellationToken cancel) => open.ListAsync(model, after, cancel);

    /// <summary>An alert with what its change has to match, or null.</summary>
    public async Task<(AlertState Alert, ETag ETag)?> FindAsync(ModelName model, Guid id, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.Alert(id), cancel) is { } row ? (ReadAlert(row), row.ETag) : null;

    /// <summary>What a step told, or null.</summary>
    public async Task<AlertNotice?> NoticeAsync(ModelName model, Guid step, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.AlertNotice(step), cancel) is { } row ? ReadNotice(row) : null;

    /// <summary>Commits what an observation came to. False when another writer was first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="outcome">What changes, and what is told at once.</param>
    /// <param name="seen">The ETag of the monitor's row; null for a new one.</param>
    /// <param name="notices">What steps tell, also those that a silence keeps back.</param>
    /// <param name="cancel">Ends it.</param>
    public Task<bool> TryCommitAsync(ModelName model, AlertOutcome outcome, ETag? seen, IReadOnlyList<AlertNotice> notices, CancellationToken cancel) => open.AroundAsync(model, outcome.Alerts, async () =>
        await table.TryCommitAsync(
        [
            TrackAction(model, outcome.Track, seen),
            .. outcome.Alerts.Select(alert => new TableTransactionAction(TableTransactionActionType.UpsertReplace, Row(model, alert))),
            .. Outbox(model, outcome.Announcements, notices),
        ], cancel) || (notices.Count > 0 && await NoticeAsync(model, notices[0].Id, cancel) is not null), cancel);

    /// <summary>Commits a change of one alert: its own row, and the monitor's where it is the newest. False when another writer was first.</summary>
    public Task<bool> TryCommitAsync(
        ModelName model, AlertState alert, ETag seen, (AlertTrack Track, ETag? ETag) monitor, IReadOnlyList<Announcement> told, IReadOnlyList<AlertNotice> notices, CancellationToken cancel) =>
        open.AroundAsync(model, [alert], () => table.TryCommitAsync(
        [
            new(TableTransactionActionType.UpdateReplace, Row(model, alert), seen),
            .. monitor.Track.Alert?.Id == alert.Id ? [TrackAction(model, monitor.Track with { Alert = alert }, monitor.ETag)] : Array.Empty<TableTransactionAction>(),
            .. Outbox(model, told, notices),
        ], cancel), cancel);

    internal static AlertState ReadAlert(TableEntity row) => JsonSerializer.Deserialize(row.GetText(Text), AlertStoredJson.Default.AlertState)!;

    internal static AlertNotice ReadNotice(TableEntity row) => JsonSerializer.Deserialize(row.GetText(Text), AlertStoredJson.Default.AlertNotice)!;

    private static TableTransactionAction TrackAction(ModelName model, AlertTrack track, ETag? seen)
    {
        var row = new TableEntity(StorageNames.Partition(model), StorageNames.AlertTrack(track.Monitor)).WithText(Text, JsonSerializer.Serialize(track, AlertStoredJson.Default.AlertTrack));
        return seen is { } etag ? new(TableTransactionActionType.UpdateReplace, row, etag) : new(TableTransactionActionType.Add, row);
    }

    private static TableEntity Row(ModelName model, AlertState alert) =>
        new TableEntity(StorageNames.Partition(model), StorageNames.Alert(alert.Id)) { [Status] = alert.Status.ToString(), [Withheld] = alert.Withheld is not null }
            .WithText(Text, JsonSerializer.Serialize(alert, AlertStoredJson.Default.AlertState));

    private static IEnumerable<TableTransactionAction> Outbox(ModelName model, IReadOnlyList<Announcement> told, IReadOnlyList<AlertNotice> notices) =>
    [
        .. notices.Select(notice => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(StorageNames.Partition(model), StorageNames.AlertNotice(notice.Id))
            .WithText(Text, JsonSerializer.Serialize(notice, AlertStoredJson.Default.AlertNotice)))),
        .. from one in told
           from row in new[] { StorageNames.AlertEventOutbox(one.Step.Id), StorageNames.AlertWebhookOutbox(one.Step.Id) }
           select new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(StorageNames.Partition(model), row)),
    ];
}
