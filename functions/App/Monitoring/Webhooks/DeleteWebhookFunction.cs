using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Registry.Webhooks;

namespace Serverless.App.Monitoring;

/// <summary>Removes a webhook.</summary>
public sealed class DeleteWebhookFunction(WebhookService webhooks)
{
    [Function("DeleteWebhook")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "webhooks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancel) => Answer.From(() => webhooks.DeleteAsync(request, id, cancel));
}
