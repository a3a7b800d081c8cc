using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: whether a model answers.</summary>
public sealed class GetModelReadyFunction(ModelDirectory models)
{
    [Function("GetModelReady")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/models/{model}/ready")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => models.ReadyAsync(model, null, cancel));
}
