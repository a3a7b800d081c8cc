using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Predictions;

namespace Serverless.App.Predictions;

/// <summary>Asks for everything of one entity to be erased from a model's prediction log.</summary>
public sealed class RequestErasureFunction(ErasureService erasures)
{
    [Function("RequestErasure")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/erasures")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => erasures.RequestAsync(request, model, cancel));
}
