using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Rollout;

namespace Serverless.App.Rollout;

/// <summary>Says what a policy would have decided on past rollouts.</summary>
public sealed class EvaluatePolicyFunction(PolicyRehearsals rehearsals)
{
    [Function("EvaluatePolicy")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/policy/evaluate")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => rehearsals.AnswerAsync(request, ModelName.Parse(model), cancel));
}
