using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Registry.Webhooks;

namespace Serverless.App.Monitoring;

/// <summary>Makes or changes a webhook.</summary>
public sealed class PutWebhookFunction(WebhookService webhooks)
{
    [Function("PutWebhook")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "webhooks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancel) => Answer.From(() => webhooks.PutAsync(request, id, cancel));
}
