using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Registry.Webhooks;

namespace Serverless.App.Monitoring;

/// <summary>Lists webhooks, without their secrets.</summary>
public sealed class ListWebhooksFunction(WebhookService webhooks)
{
    [Function("ListWebhooks")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "webhooks")] HttpRequest request,
        CancellationToken cancel) => Answer.From(() => webhooks.ListAsync(request, cancel));
}
