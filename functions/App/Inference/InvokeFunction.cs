using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>MLflow scoring.</summary>
public sealed class InvokeFunction(InferenceService inference)
{
    [Function("Invoke")]
    public Task Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/invocations")] HttpRequest request,
        string model,
        CancellationToken cancel) => inference.InvokeAsync(request, model, cancel);
}
