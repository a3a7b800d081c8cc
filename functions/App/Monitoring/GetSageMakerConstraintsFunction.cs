using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.SageMaker;

namespace Serverless.App.Monitoring;

/// <summary>A baseline's promises as SageMaker's constraints.json.</summary>
public sealed class GetSageMakerConstraintsFunction(SageMakerService files)
{
    [Function("GetSageMakerConstraints")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions/{version:int}/sagemaker/constraints")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(() => files.ConstraintsAsync(model, version, cancel));
}
