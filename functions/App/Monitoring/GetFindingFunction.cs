using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Findings;

namespace Serverless.App.Monitoring;

/// <summary>Reads a finding whole.</summary>
public sealed class GetFindingFunction(FindingService findings)
{
    [Function("GetFinding")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/findings/{id}")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => findings.GetAsync(model, id, cancel));
}
