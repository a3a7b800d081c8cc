using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>KServe v1: the models.</summary>
public sealed class ListV1ModelsFunction(ModelDirectory models)
{
    [Function("ListV1Models")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/models")] HttpRequest request,
        CancellationToken cancel) => Answer.From(() => models.ListAsync(cancel));
}
