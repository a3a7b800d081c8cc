using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Serverless.Hosting.Queues;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Events;

/// <summary>Delivers published events to functions in this process, with Event Grid's back-off; the wait is the message's visibility time, so a crash loses nothing.</summary>
internal sealed class EventDeliveries(
    IReadOnlyDictionary<string, EventFunction> functions, DeliveryStore store, EventSettings settings, TimeProvider clock, ILogger logger)
{
    public QueueWork Work => new(HandleAsync, FailedAsync);

    private static Delivery Read(QueueMessage message) => JsonSerializer.Deserialize(message.Body, HostStateJson.Default.Delivery)!;

    private async Task HandleAsync(QueueMessage message, CancellationToken cancel)
    {
        var delivery = Read(message);
        if (functions.TryGetValue(delivery.Function, out var function)) await function.RunAsync([await store.EventAsync(delivery, cancel)], cancel);
        else logger.NoSubscriber(delivery.Function);
        await store.ForgetAsync(delivery, CancellationToken.None);
    }

    private async Task<TimeSpan?> FailedAsync(QueueMessage message, Exception problem, CancellationToken cancel)
    {
        var delivery = Read(message);
        // What can't be bound now never can: Event Grid gives up at once on a 400, too.
        var delay = problem is EventFormatException ? null : settings.DelayAfter(message.DequeueCount, clock.GetUtcNow() - delivery.Published);
        if (delay is not null) return delay;
        var reason = problem is EventFormatException ? "BadRequest"
            : message.DequeueCount >= settings.MaxAttempts ? "MaxDeliveryAttemptsExceeded" : "TimeToLiveExceeded";
        await store.BuryAsync(delivery, reason, message.DequeueCount, $"{problem.GetType().Name}: {problem.Message}", cancel);
        await store.ForgetAsync(delivery, cancel);
        logger.DeadLettered(delivery.Function, message.DequeueCount, reason);
        return null;
    }
}
