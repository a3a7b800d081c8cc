using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Makes or changes a silence.</summary>
public sealed class PutSilenceFunction(SilenceService silences)
{
    [Function("PutSilence")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "silences/{id}")] HttpRequest request,
        string id,
        CancellationToken cancel) => Answer.From(() => silences.PutAsync(request, id, cancel));
}
