using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Inference.ServiceLevels;
using Serverless.Services.Registry.Models;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Forgets alerts that have been over for longer than <see cref="AlertsOptions.Keep"/>, with all that was told of them, and events that webhooks were told of before: a timer asks, one queue message a model.</summary>
/// <param name="queues">The messages.</param>
/// <param name="catalog">Every model.</param>
/// <param name="table">The rows.</param>
/// <param name="open">What is open.</param>
/// <param name="requests">How requests went: what no objective looks at any more goes, too.</param>
/// <param name="options">How long they are kept.</param>
/// <param name="clock">Measures it.</param>
/// <param name="logger">Says how many went.</param>
public sealed class AlertUpkeep(
    QueueServiceClient queues, ModelCatalog catalog, AlertsTable table, OpenAlerts open, RequestHistory requests, IOptions<AlertsOptions> options, TimeProvider clock, ILogger<AlertUpkeep> logger)
{
    private readonly WorkQueue queue = new(queues, StorageNames.AlertUpkeepQueue);

    /// <summary>Asks for every model.</summary>
    public async Task RequestAsync(CancellationToken cancel)
    {
        await table.ForgetToldAsync(clock.GetUtcNow() - options.Value.Keep, cancel);
        await foreach (var model in catalog.AllAsync(cancel)) await queue.SendAsync(model.Name.Value, TimeSpan.Zero, cancel);
    }

    /// <summary>Does one model's. Again does nothing more.</summary>
    public async Task RunAsync(ModelName model, CancellationToken cancel)
    {
        await open.RepairAsync(model, cancel);
        await requests.TrimAsync(model, clock.GetUtcNow(), cancel);
        var end = clock.GetUtcNow() - options.Value.Keep;
        await ForgetEventsAsync(model, end, cancel);
        var over = await OverAsync(model, end, cancel);
        if (over.Count == 0) return;
        var told = await ToldAsync(model, over, end, cancel);
        // What is still to be told of an alert keeps it.
        await foreach (var row in table.ListAsync(model, StorageNames.OutboxPrefix, cancel))
            if (told.TryGetValue(Id(row, StorageNames.OutboxPrefix), out var alert)) over.Remove(alert);
        var steps = told.Where(step => over.Contains(step.Value)).Select(step => step.Key).ToHashSet();
        var deliveries = await table.ListAsync(model, StorageNames.DeliveryPrefix, end, cancel).Where(row => steps.Contains(Id(row, StorageNames.DeliveryPrefix))).Select(row => row.RowKey).ToListAsync(cancel);
        // In this order, so that after a crash what is left is found by what it belongs to.
        await table.DeleteAsync(model, [.. deliveries, .. steps.Select(StorageNames.AlertNotice), .. over.Select(StorageNames.Alert)], cancel);
        logger.AlertsForgotten(over.Count, model, end);
    }

    // In this order, so that after a crash what is left is found by what it belongs to.
    private async Task ForgetEventsAsync(ModelName model, DateTimeOffset end, CancellationToken cancel)
    {
        var events = await table.ListAsync(model, StorageNames.WebhookEventPrefix, end, cancel).Select(row => Id(row, StorageNames.WebhookEventPrefix)).ToHashSetAsync(cancellationToken: cancel);
        if (events.Count == 0) return;
        var deliveries = await table.ListAsync(model, StorageNames.DeliveryPrefix, end, cancel).Where(row => events.Contains(Id(row, StorageNames.DeliveryPrefix))).Select(row => row.RowKey).ToListAsync(cancel);
        await table.DeleteAsync(model, [.. deliveries, .. events.Select(StorageNames.WebhookEvent)], cancel);
    }

    // An alert is not younger than its last step, so its id's time bounds where to look.
    private async Task<HashSet<Guid>> OverAsync(ModelName model, DateTimeOffset end, CancellationToken cancel) => await table.ListAsync(model, StorageNames.AlertPrefix, end, cancel)
        .Select(AlertStore.ReadAlert).Where(alert => !OpenAlerts.IsNoted(alert) && alert.History[^1].Time < end).Select(alert => alert.Id).ToHashSetAsync(cancellationToken: cancel);

    private async Task<Dictionary<Guid, Guid>> ToldAsync(ModelName model, HashSet<Guid> over, DateTimeOffset end, CancellationToken cancel) => await table.ListAsync(model, StorageNames.NoticePrefix, end, cancel)
        .Select(AlertStore.ReadNotice).Where(notice => over.Contains(notice.Alert)).ToDictionaryAsync(notice => notice.Id, notice => notice.Alert, cancellationToken: cancel);

    private static Guid Id(TableEntity row, string prefix) => Guid.ParseExact(row.RowKey.AsSpan(prefix.Length, 36), "D");
}
