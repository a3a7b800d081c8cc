using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Takes another system's verdict at its gate.</summary>
public sealed class PostVerdictFunction(ExternalVerdicts verdicts)
{
    [Function("PostVerdict")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/rollouts/{id}/verdicts/{gate}")] HttpRequest request,
        string model,
        string id,
        string gate,
        CancellationToken cancel) => Answer.From(() => verdicts.TakeAsync(request, ModelName.Parse(model), id, gate, cancel));
}
