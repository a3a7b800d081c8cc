using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Lists a model's rollouts, newest first.</summary>
public sealed class ListRolloutsFunction(RolloutAnswers rollouts)
{
    [Function("ListRollouts")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/rollouts")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => rollouts.ListAsync(ModelName.Parse(model), Paging.Of(request), cancel));
}
