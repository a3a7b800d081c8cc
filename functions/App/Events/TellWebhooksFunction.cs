using Azure.Messaging;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Events;

/// <summary>Queues an event of the registry or of a rollout for the webhooks that want it.</summary>
public sealed class TellWebhooksFunction(WebhookEvents webhooks)
{
    [Function("TellWebhooks")]
    public Task Run([EventGridTrigger] CloudEvent cloudEvent, CancellationToken cancel) => webhooks.TellAsync(cloudEvent, cancel);
}
