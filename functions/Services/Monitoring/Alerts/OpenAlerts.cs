using System.Runtime.CompilerServices;
using Azure;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>
/// Which alerts are open or keep something back, over all models, so that nobody reads what is over to find them. An alert's own row is the truth: what is
/// noted too much is passed over and struck off.
/// </summary>
/// <param name="table">The notes, and the alerts.</param>
/// <param name="clock">Dates notes.</param>
public sealed class OpenAlerts(AlertsTable table, TimeProvider clock)
{
    private const int AtOnce = 16;

    // Longer than any transaction is under way.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>The open alerts, and those that keep something back, in the order of models and ids.</summary>
    /// <param name="model">One model's, or null for all.</param>
    /// <param name="after">The model and row of the last one seen, or null.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<AlertState> ListAsync(ModelName? model, (string Partition, string Row)? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var rows in table.OpenAsync(model, after, cancel).Chunk(AtOnce).WithCancellation(cancel))
            foreach (var alert in await Task.WhenAll(rows.Select(row => FindAsync(row, cancel))))
                if (alert is not null) yield return alert;
    }

    /// <summary>Notes what is open of a model and was not noted: alerts from before there were notes.</summary>
    public async Task RepairAsync(ModelName model, CancellationToken cancel)
    {
        await foreach (var row in table.AlertsAsync(model, null, $"{AlertStore.Status} ne '{nameof(AlertStatus.Resolved)}' or {AlertStore.Withheld} eq true", cancel))
            await table.NoteOpenAsync(new(model, AlertStore.ReadAlert(row).Id, clock.GetUtcNow()), cancel);
    }

    // Models and this are different partitions, so no transaction holds both. Noted before it and struck off after it, what is open is always noted.
    internal async Task<bool> AroundAsync(ModelName model, IReadOnlyList<AlertState> alerts, Func<Task<bool>> commit, CancellationToken cancel)
    {
        foreach (var alert in alerts.Where(IsNoted)) await table.NoteOpenAsync(new(model, alert.Id, clock.GetUtcNow()), cancel);
        if (!await commit()) return false;
        foreach (var alert in alerts.Where(alert => !IsNoted(alert))) await TryStrikeAsync(model, alert.Id, cancel);
        return true;
    }

    internal static bool IsNoted(AlertState alert) => alert.Open || alert.Withheld is not null;

    private async Task<AlertState?> FindAsync(OpenAlertRow row, CancellationToken cancel)
    {
        var alert = await table.FindAsync(row.Model, StorageNames.Alert(row.Alert), cancel) is { } there ? AlertStore.ReadAlert(there) : null;
        if (alert is not null && IsNoted(alert)) return alert;
        // What is over stays over. What is not there may be about to come.
        if (alert is not null || clock.GetUtcNow() - row.Noted > Patience) await TryStrikeAsync(row.Model, row.Alert, cancel);
        return null;
    }

    // What fails here, the next reader does.
    private async Task TryStrikeAsync(ModelName model, Guid alert, CancellationToken cancel)
    {
        try
        {
            await table.StrikeOpenAsync(model, alert, cancel);
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or OperationCanceledException)
        {
        }
    }
}
