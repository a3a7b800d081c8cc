using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: asks the champion.</summary>
public sealed class InferFunction(InferenceService inference)
{
    [Function("Infer")]
    public Task Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v2/models/{model}/infer")] HttpRequest request,
        string model,
        CancellationToken cancel) => inference.InferAsync(request, model, null, cancel);
}
