using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>KServe v1: whether a model answers.</summary>
public sealed class GetV1ModelFunction(ModelDirectory models)
{
    [Function("GetV1Model")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/models/{model}")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => models.ReadyAsync(model, null, cancel));
}
