using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Baselines;

namespace Serverless.App.Monitoring;

/// <summary>Reads a version's baseline.</summary>
public sealed class GetBaselineFunction(BaselineService baselines)
{
    [Function("GetBaseline")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions/{version:int}/baseline")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(() => baselines.GetAsync(request, model, version, cancel));
}
