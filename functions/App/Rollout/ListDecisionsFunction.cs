using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Lists what gates decided, newest first.</summary>
public sealed class ListDecisionsFunction(RolloutAnswers rollouts)
{
    [Function("ListDecisions")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/decisions")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => rollouts.DecisionsAsync(ModelName.Parse(model), Paging.Of(request), cancel));
}
