using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Lists alerts of all models, or of one: the open ones, or those in some states.</summary>
public sealed class ListAlertsFunction(AlertReads alerts)
{
    [Function("ListAlerts")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "alerts")] HttpRequest request,
        CancellationToken cancel) => Answer.From(() => alerts.ListAsync(request, cancel));
}
