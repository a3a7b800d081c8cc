using System.Globalization;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>
/// Tells what alerts' steps wrote into the outbox, at least once: right after the transaction, and, where a crash came between, when the question that
/// was queued before the transaction comes up. The topic and the webhooks each have an outbox row, so that neither waits for the other.
/// </summary>
/// <param name="queues">The questions.</param>
/// <param name="table">The outbox.</param>
/// <param name="store">What steps tell.</param>
/// <param name="publisher">The topic.</param>
/// <param name="deliveries">The webhooks.</param>
/// <param name="waiting">Shows what waits.</param>
/// <param name="options">How long a question stays hidden.</param>
/// <param name="clock">Measures patience.</param>
/// <param name="logger">Says when something has to wait.</param>
public sealed class AlertDispatcher(
    QueueServiceClient queues, AlertsTable table, AlertStore store, EventPublisher publisher, WebhookDeliveries deliveries, OutboxMeters waiting,
    IOptions<AlertsOptions> options, TimeProvider clock, ILogger<AlertDispatcher> logger)
{
    private readonly WorkQueue queue = new(queues, StorageNames.AlertQueue);

    /// <summary>Queues the question, before the transaction.</summary>
    public Task<SendReceipt> WatchAsync(ModelName model, CancellationToken cancel) => queue.SendAsync(model.Value, options.Value.Delay, cancel);

    /// <summary>Takes the question back: there is nothing to tell, or all is told. That it has been answered meanwhile is no matter.</summary>
    public async Task WithdrawAsync(SendReceipt question, CancellationToken cancel)
    {
        try
        {
            await queue.WithdrawAsync(question, cancel);
        }
        catch (Azure.RequestFailedException gone) when (gone.Status is 404 or 400)
        {
        }
    }

    /// <summary>Tells the steps of a transaction that has just been committed. What fails is left to the question.</summary>
    public async Task PublishAsync(ModelName model, IReadOnlyList<Guid> steps, SendReceipt question)
    {
        using var patience = new CancellationTokenSource(OutboxDispatcher.Patience, clock);
        try
        {
            var all = true;
            foreach (var step in steps)
                foreach (var row in new[] { StorageNames.AlertWebhookOutbox(step), StorageNames.AlertEventOutbox(step) })
                    all &= await TryTellAsync(model, row, patience.Token);
            if (all) await WithdrawAsync(question, patience.Token);
            else if (clock.GetUtcNow() >= question.TimeNextVisible) await WatchAsync(model, CancellationToken.None);
        }
        catch (Exception failure) when (failure is Azure.RequestFailedException or OperationCanceledException or AggregateException)
        {
            logger.StepsWait(failure, model);
        }
    }

    /// <summary>Answers a question: tells all that waits. What fails is asked again later rather than thrown, so that nothing ends in a poison queue.</summary>
    public async Task DispatchAsync(ModelName model, CancellationToken cancel)
    {
        if (!await TryTellAllAsync(model, cancel)) await WatchAsync(model, cancel);
    }

    private async Task<bool> TryTellAllAsync(ModelName model, CancellationToken cancel)
    {
        try
        {
            var all = true;
            await foreach (var row in table.ListAsync(model, StorageNames.OutboxPrefix, cancel)) all &= await TryTellAsync(model, row.RowKey, cancel);
            return all;
        }
        catch (Exception failure) when (failure is Azure.RequestFailedException or AggregateException)
        {
            logger.StepsWait(failure, model);
            Note(model);
            return false;
        }
    }

    // An outbox row is named after its step, whose id tells its time.
    private void Note(ModelName model) => waiting.Waits(OutboxMeters.Alerts, model, async cancel =>
        await table.ListAsync(model, StorageNames.OutboxPrefix, cancel).Select(row => TimeOf(row.RowKey.AsSpan(StorageNames.OutboxPrefix.Length, 36))).ToListAsync(cancel));

    private static DateTimeOffset TimeOf(ReadOnlySpan<char> step) =>
        DateTimeOffset.FromUnixTimeMilliseconds(((long)uint.Parse(step[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) << 16) + ushort.Parse(step[9..13], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    private async Task<bool> TryTellAsync(ModelName model, string row, CancellationToken cancel)
    {
        try
        {
            var step = Guid.ParseExact(row.AsSpan(StorageNames.OutboxPrefix.Length, 36), "D");
            if (await store.NoticeAsync(model, step, cancel) is not { } notice) return true;
            if (row.EndsWith("|event", StringComparison.Ordinal)) await publisher.PublishAsync([notice.Event()], cancel);
            else await deliveries.RequestAsync(notice, cancel);
            await table.DeleteAsync(model, row, cancel);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            logger.StepsWait(failure, model);
            Note(model);
            return false;
        }
    }
}
