using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: whether a version answers.</summary>
public sealed class GetVersionReadyFunction(ModelDirectory models)
{
    [Function("GetVersionReady")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/models/{model}/versions/{version}/ready")] HttpRequest request,
        string model,
        string version,
        CancellationToken cancel) => Answer.From(() => models.ReadyAsync(model, version, cancel));
}
