using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Silences an alert's model and monitor for a time.</summary>
public sealed class SilenceAlertFunction(AlertReads alerts)
{
    [Function("SilenceAlert")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/alerts/{id}/silence")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => alerts.SilenceAsync(request, model, id, cancel));
}
