using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;

namespace Serverless.App.Monitoring;

/// <summary>Brings one step of an alert, or one event of the registry or of a rollout, to one webhook.</summary>
public sealed class DeliverAlertFunction(WebhookDeliveries deliveries)
{
    [Function("DeliverAlert")]
    public Task Run([QueueTrigger(StorageNames.AlertDeliveryQueue)] string message, CancellationToken cancel) => deliveries.RunAsync(message, cancel);
}
