using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Reads a version.</summary>
public sealed class GetVersionFunction(VersionReader versions, AliasService aliases)
{
    [Function("GetVersion")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions/{version:int}")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        var found = await versions.GetAsync(name, version, cancel);
        return Revisions.Json(request, VersionResponse.Of(name, found, await aliases.ListAsync(name, cancel)), RegistryJson.Default.VersionResponse, found.Revision);
    });
}
