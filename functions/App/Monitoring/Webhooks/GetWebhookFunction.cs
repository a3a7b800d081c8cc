using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Registry.Webhooks;

namespace Serverless.App.Monitoring;

/// <summary>Shows a webhook, without its secret.</summary>
public sealed class GetWebhookFunction(WebhookService webhooks)
{
    [Function("GetWebhook")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "webhooks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancel) => Answer.From(() => webhooks.GetAsync(request, id, cancel));
}
