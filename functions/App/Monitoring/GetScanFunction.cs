using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.App.Monitoring;

/// <summary>Tells how far a scan on demand is.</summary>
public sealed class GetScanFunction(ScanDemand scans)
{
    [Function("GetScan")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/scans/{id}")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => scans.GetAsync(model, id, cancel));
}
