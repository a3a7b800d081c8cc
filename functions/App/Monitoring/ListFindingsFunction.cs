using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Findings;

namespace Serverless.App.Monitoring;

/// <summary>Lists what was found, newest first.</summary>
public sealed class ListFindingsFunction(FindingService findings)
{
    [Function("ListFindings")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/findings")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => findings.ListAsync(request, model, cancel));
}
