using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Approves, rejects, pauses, resumes, skips or aborts.</summary>
public sealed class ActOnRolloutFunction(RolloutIntake rollouts)
{
    [Function("ActOnRollout")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/rollout/{action}")] HttpRequest request,
        string model,
        string action,
        CancellationToken cancel) => Answer.From(() => rollouts.ActAsync(request, ModelName.Parse(model), action, cancel));
}
