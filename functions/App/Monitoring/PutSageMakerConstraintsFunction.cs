using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.SageMaker;

namespace Serverless.App.Monitoring;

/// <summary>SageMaker's constraints.json becomes the contract of the model's policy.</summary>
public sealed class PutSageMakerConstraintsFunction(SageMakerImport files)
{
    [Function("PutSageMakerConstraints")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "models/{model}/versions/{version:int}/sagemaker/constraints")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(() => files.ConstraintsAsync(request, model, version, cancel));
}
