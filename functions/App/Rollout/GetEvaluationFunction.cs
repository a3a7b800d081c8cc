using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Rollout.Validation;

namespace Serverless.App.Rollout;

/// <summary>Shows the evaluation set in force.</summary>
public sealed class GetEvaluationFunction(EvaluationSets sets)
{
    [Function("GetEvaluation")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/evaluation")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => sets.GetAsync(model, cancel));
}
