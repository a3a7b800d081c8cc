using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.SageMaker;

namespace Serverless.App.Monitoring;

/// <summary>SageMaker's statistics.json becomes a version's baseline.</summary>
public sealed class PutSageMakerStatisticsFunction(SageMakerImport files)
{
    [Function("PutSageMakerStatistics")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "models/{model}/versions/{version:int}/sagemaker/statistics")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(() => files.StatisticsAsync(request, model, version, cancel));
}
