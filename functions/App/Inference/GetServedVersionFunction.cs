using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: what a version takes and gives.</summary>
public sealed class GetServedVersionFunction(ModelDirectory models)
{
    [Function("GetServedVersion")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/models/{model}/versions/{version}")] HttpRequest request,
        string model,
        string version,
        CancellationToken cancel) => Answer.From(() => models.DescribeAsync(model, version, cancel));
}
