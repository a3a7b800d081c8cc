using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Events;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;

namespace Serverless.App.Events;

/// <summary>Does what <see cref="TellWebhooksFunction"/> does, where Event Grid reaches only a queue.</summary>
public sealed class TellQueuedEventFunction(WebhookEvents webhooks)
{
    [Function("TellQueuedEvent")]
    public Task Run([QueueTrigger(StorageNames.WebhookEventQueue)] string message, CancellationToken cancel) => webhooks.TellAsync(EventEnvelope.Parse(message), cancel);
}
