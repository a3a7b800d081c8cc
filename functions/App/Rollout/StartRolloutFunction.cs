using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Starts a version's rollout.</summary>
public sealed class StartRolloutFunction(RolloutIntake rollouts)
{
    [Function("StartRollout")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/rollouts")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => rollouts.StartAsync(request, ModelName.Parse(model), cancel));
}
