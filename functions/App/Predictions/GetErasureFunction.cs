using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Predictions;

namespace Serverless.App.Predictions;

/// <summary>Tells how far an erasure is; at its end, its receipt.</summary>
public sealed class GetErasureFunction(ErasureService erasures)
{
    [Function("GetErasure")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/erasures/{id}")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => erasures.GetAsync(model, id, cancel));
}
