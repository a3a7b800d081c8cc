using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Ends a silence: what it kept back is told.</summary>
public sealed class DeleteSilenceFunction(SilenceService silences)
{
    [Function("DeleteSilence")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "silences/{id}")] HttpRequest request,
        string id,
        CancellationToken cancel) => Answer.From(() => silences.DeleteAsync(request, id, cancel));
}
