using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Findings;

namespace Serverless.App.Monitoring;

/// <summary>Reads a figure over time.</summary>
public sealed class GetSeriesFunction(FindingService findings)
{
    [Function("GetSeries")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/series")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => findings.SeriesAsync(request, model, cancel));
}
