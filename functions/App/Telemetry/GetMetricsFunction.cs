using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Telemetry;

namespace Serverless.App.Telemetry;

/// <summary>This instance's metrics, for Prometheus.</summary>
public sealed class GetMetricsFunction(MetricsPages pages)
{
    [Function("GetMetrics")]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "metrics")] HttpRequest request) =>
        Answer.From(() => Task.FromResult(pages.Native()));
}
