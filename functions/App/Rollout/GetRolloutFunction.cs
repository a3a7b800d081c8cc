using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Shows the rollout under way, else the newest one.</summary>
public sealed class GetRolloutFunction(RolloutAnswers rollouts)
{
    [Function("GetRollout")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/rollout")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => rollouts.CurrentAsync(ModelName.Parse(model), StatusCodes.Status200OK, cancel));
}
