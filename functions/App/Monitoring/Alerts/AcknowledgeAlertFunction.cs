using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Takes an alert: no more reminders.</summary>
public sealed class AcknowledgeAlertFunction(AlertReads alerts)
{
    [Function("AcknowledgeAlert")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/alerts/{id}/acknowledge")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => alerts.AcknowledgeAsync(request, model, id, cancel));
}
