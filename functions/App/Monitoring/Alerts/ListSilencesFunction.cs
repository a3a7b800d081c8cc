using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;

namespace Serverless.App.Monitoring;

/// <summary>Lists silences.</summary>
public sealed class ListSilencesFunction(SilenceService silences)
{
    [Function("ListSilences")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "silences")] HttpRequest request,
        CancellationToken cancel) => Answer.From(() => silences.ListAsync(request, cancel));
}
