using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>KServe v1 prediction.</summary>
public sealed class PredictV1Function(InferenceService inference)
{
    [Function("PredictV1")]
    public Task Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/models/{model}:predict")] HttpRequest request,
        string model,
        CancellationToken cancel) => inference.PredictV1Async(request, model, cancel);
}
