using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Rollout.Validation;

namespace Serverless.App.Rollout;

/// <summary>Puts an evaluation set in force: a table, or a cut of labelled production data.</summary>
public sealed class PutEvaluationFunction(EvaluationSets sets)
{
    [Function("PutEvaluation")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "models/{model}/evaluation")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => sets.PutAsync(request, model, cancel));
}
