using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Baselines;

namespace Serverless.App.Monitoring;

/// <summary>Gives a version its baseline: a table, or a window of its own log.</summary>
public sealed class PutBaselineFunction(BaselineService baselines)
{
    [Function("PutBaseline")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "models/{model}/versions/{version:int}/baseline")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(() => baselines.PutAsync(request, model, version, cancel));
}
