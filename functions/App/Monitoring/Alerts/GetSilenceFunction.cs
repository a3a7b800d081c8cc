using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Shows a silence.</summary>
public sealed class GetSilenceFunction(SilenceService silences)
{
    [Function("GetSilence")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "silences/{id}")] HttpRequest request,
        string id,
        CancellationToken cancel) => Answer.From(() => silences.GetAsync(request, id, cancel));
}
