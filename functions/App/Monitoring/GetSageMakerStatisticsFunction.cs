using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.SageMaker;

namespace Serverless.App.Monitoring;

/// <summary>A baseline as SageMaker's statistics.json.</summary>
public sealed class GetSageMakerStatisticsFunction(SageMakerService files)
{
    [Function("GetSageMakerStatistics")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions/{version:int}/sagemaker/statistics")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(() => files.StatisticsAsync(model, version, cancel));
}
