using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.SageMaker;

namespace Serverless.App.Monitoring;

/// <summary>A finding as SageMaker's constraint_violations.json.</summary>
public sealed class GetSageMakerViolationsFunction(SageMakerService files)
{
    [Function("GetSageMakerViolations")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/findings/{id}/sagemaker/violations")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => files.ViolationsAsync(model, id, cancel));
}
