using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Predictions;

namespace Serverless.App.Predictions;

/// <summary>What predictions should have been, known late.</summary>
public sealed class LabelsFunction(TruthService truth)
{
    [Function("PostLabels")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/labels")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => truth.AnswerAsync(request, TruthKind.Labels, model, cancel));
}
