using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Rows of named features.</summary>
public sealed class PredictFunction(InferenceService inference)
{
    [Function("Predict")]
    public Task Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/predict")] HttpRequest request,
        string model,
        CancellationToken cancel) => inference.PredictAsync(request, model, cancel);
}
