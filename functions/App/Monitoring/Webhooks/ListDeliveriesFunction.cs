using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Lists what a webhook is told of, newest first, and how far each delivery is.</summary>
public sealed class ListDeliveriesFunction(WebhookDeliveries deliveries)
{
    [Function("ListDeliveries")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "webhooks/{id}/deliveries")] HttpRequest request,
        string id,
        CancellationToken cancel) => Answer.From(() => deliveries.ListAsync(request, id, cancel));
}
