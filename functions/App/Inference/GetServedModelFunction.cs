using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: what a model takes and gives.</summary>
public sealed class GetServedModelFunction(ModelDirectory models)
{
    [Function("GetServedModel")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/models/{model}")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => models.DescribeAsync(model, null, cancel));
}
