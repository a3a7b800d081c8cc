using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Shows an alert with its history, its diagnosis and how it was told.</summary>
public sealed class GetAlertFunction(AlertReads alerts)
{
    [Function("GetAlert")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/alerts/{id}")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => alerts.GetAsync(request, model, id, cancel));
}
