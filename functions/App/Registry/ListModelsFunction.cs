using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;

namespace Serverless.App.Registry;

/// <summary>Lists models by name.</summary>
public sealed class ListModelsFunction(ModelCatalog catalog)
{
    [Function("ListModels")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models")] HttpRequest request,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var page = await catalog.ListAsync(ModelFilter.Of(request), Paging.Of(request), cancel);
        return TypedResults.Json(page, RegistryJson.Default.PageModelResponse);
    });
}
