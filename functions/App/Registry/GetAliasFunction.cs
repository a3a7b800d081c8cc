using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;

namespace Serverless.App.Registry;

/// <summary>Reads where an alias points.</summary>
public sealed class GetAliasFunction(AliasService aliases)
{
    [Function("GetAlias")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/aliases/{alias}")] HttpRequest request,
        string model,
        string alias,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var pointer = await aliases.GetAsync(ModelName.Parse(model), AliasName.Parse(alias), cancel);
        return Revisions.Json(request, new(alias, pointer.Version, pointer.Since, pointer.Reason), RegistryJson.Default.AliasResponse, pointer.Revision);
    });
}
