using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Events;

/// <summary>
/// Publishes what waits in a model's outbox, at least once: right after the change, and, where a crash came between, when the
/// question that was queued before the change comes up.
/// </summary>
/// <param name="models">Holds the outbox rows.</param>
/// <param name="queue">Holds the questions.</param>
/// <param name="publisher">The topic.</param>
/// <param name="waiting">Shows what waits.</param>
/// <param name="delay">How long a question stays hidden: longer than a change and its publication take.</param>
/// <param name="clock">Measures patience.</param>
/// <param name="logger">Says when events have to wait.</param>
public sealed partial class OutboxDispatcher(
    ModelsTable models, OutboxQueue queue, EventPublisher publisher, OutboxMeters waiting, TimeSpan delay, TimeProvider clock, ILogger<OutboxDispatcher> logger)
{
    /// <summary>How long a change waits for the topic before its events are left to the queue.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int BatchSize = 50;

    /// <summary>Queues the question, before the change.</summary>
    public Task<SendReceipt> WatchAsync(ModelName model, CancellationToken cancel) => queue.AskAsync(model, delay, cancel);

    /// <summary>Takes the question back: the change did not happen, or its events are out.</summary>
    public Task WithdrawAsync(SendReceipt question, CancellationToken cancel) => queue.WithdrawAsync(question, cancel);

    /// <summary>Publishes the events of a change that has just been committed. A topic that is away costs the caller nothing: the question stands.</summary>
    public async Task PublishAsync(ModelName model, IReadOnlyCollection<OutboxEvent> events, SendReceipt question, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            await SendAsync(model, events, limit.Token);
            await queue.WithdrawAsync(question, cancel);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Log.EventsWait(logger, failure, model, events.Count);
            Note(model);
            if (clock.GetUtcNow() >= question.TimeNextVisible) await AskAgainAsync(model);
        }
    }

    // The change took so long that its question may have been answered before there was anything to send.
    private async Task AskAgainAsync(ModelName model)
    {
        try
        {
            await queue.AskAsync(model, delay, CancellationToken.None);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Log.EventsWait(logger, failure, model, 0);
        }
    }

    /// <summary>Answers a question: publishes all that waits. When the topic is away, asks again later rather than fail, so that no event ends in a poison queue.</summary>
    public async Task DispatchAsync(ModelName model, CancellationToken cancel)
    {
        try
        {
            List<OutboxEvent> batch = [];
            await foreach (var row in models.ListAsync(model, StorageNames.OutboxPrefix, null, cancel))
            {
                batch.Add(Read(row));
                if (batch.Count < BatchSize) continue;
                await SendAsync(model, batch, cancel);
                batch.Clear();
            }

            await SendAsync(model, batch, cancel);
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            Log.EventsWait(logger, failure, model, 0);
            Note(model);
            await queue.AskAsync(model, delay, cancel);
        }
    }

    private void Note(ModelName model) => waiting.Waits(OutboxMeters.Changes, model, async cancel =>
        await models.ListAsync(model, StorageNames.OutboxPrefix, null, cancel).Select(row => Read(row).Time).ToListAsync(cancel));

    private static OutboxEvent Read(TableEntity row) => JsonSerializer.Deserialize(row.GetText("json"), EventsJson.Default.OutboxEvent)!;

    private async Task SendAsync(ModelName model, IReadOnlyCollection<OutboxEvent> events, CancellationToken cancel)
    {
        if (events.Count == 0) return;
        await publisher.PublishAsync(events, cancel);
        foreach (var sent in events) await models.DeleteAsync(model, StorageNames.Outbox(sent.Id), cancel);
    }

    private static partial class Log
    {
        [LoggerMessage(1400, LogLevel.Warning, "Events of {Model} wait for the topic ({Count} just written): they are sent again later")]
        public static partial void EventsWait(ILogger logger, Exception failure, ModelName model, int count);
    }
}
