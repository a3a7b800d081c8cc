using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Telemetry;

namespace Serverless.App.Telemetry;

/// <summary>This instance's metrics under the names of Triton, KServe and Seldon, for dashboards that were made for them.</summary>
public sealed class GetCompatibleMetricsFunction(MetricsPages pages)
{
    [Function("GetCompatibleMetrics")]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "metrics/compat")] HttpRequest request) =>
        Answer.From(() => Task.FromResult(pages.Compatible()));
}
