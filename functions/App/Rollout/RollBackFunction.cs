using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Sends callers back to the former champion.</summary>
public sealed class RollBackFunction(RolloutIntake rollouts)
{
    [Function("RollBack")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/rollback")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => rollouts.RollBackAsync(request, ModelName.Parse(model), cancel));
}
