using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: the models.</summary>
public sealed class ListServedModelsFunction(ModelDirectory models)
{
    [Function("ListServedModels")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/models")] HttpRequest request,
        CancellationToken cancel) => Answer.From(() => models.ListAsync(cancel));
}
