using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Predictions;

namespace Serverless.App.Predictions;

/// <summary>Reads a model's predictions back: by ids, or a window page by page; as JSON lines, CSV or an Arrow stream.</summary>
public sealed class ReadPredictionsFunction(PredictionExport export)
{
    [Function("ReadPredictions")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/predictions")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(() => export.AnswerAsync(request, model, cancel));
}
