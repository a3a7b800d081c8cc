using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Predictions;

namespace Serverless.App.Predictions;

/// <summary>What came of predictions.</summary>
public sealed class OutcomesFunction(TruthService truth)
{
    [Function("PostOutcomes")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/outcomes")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => truth.AnswerAsync(request, TruthKind.Outcomes, model, cancel));
}
