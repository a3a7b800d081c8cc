using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Lists a model's versions, oldest first.</summary>
public sealed class ListVersionsFunction(VersionReader versions, AliasService aliases)
{
    [Function("ListVersions")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        var (page, next) = await versions.ListAsync(name, Paging.Of(request), cancel);
        var pointers = await aliases.ListAsync(name, cancel);
        return TypedResults.Json(new([.. page.Select(version => VersionResponse.Of(name, version, pointers))], next), RegistryJson.Default.PageVersionResponse);
    });
}
