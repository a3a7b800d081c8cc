using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.App.Monitoring;

/// <summary>Scans now, or over a range in the past.</summary>
public sealed class RequestScanFunction(ScanDemand scans)
{
    [Function("RequestScan")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/scans")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => scans.RequestAsync(request, model, cancel));
}
