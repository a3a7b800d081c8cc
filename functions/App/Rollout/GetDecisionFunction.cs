using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Explains a decision, and decides it again.</summary>
public sealed class GetDecisionFunction(RolloutAnswers rollouts)
{
    [Function("GetDecision")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/decisions/{id}")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => rollouts.DecisionAsync(request, ModelName.Parse(model), id, cancel));
}
