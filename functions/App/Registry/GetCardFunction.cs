using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>A version's model card: Markdown, or JSON.</summary>
public sealed class GetCardFunction(ModelCards cards)
{
    [Function("GetCard")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions/{version:int}/card")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(() => cards.AnswerAsync(request, ModelName.Parse(model), version, cancel));
}
