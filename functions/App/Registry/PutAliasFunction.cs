using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;

namespace Serverless.App.Registry;

/// <summary>Points an alias at a version.</summary>
public sealed class PutAliasFunction(AliasService aliases)
{
    [Function("PutAlias")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "models/{model}/aliases/{alias}")] HttpRequest request,
        string model,
        string alias,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var wanted = await request.ReadAsync(RegistryJson.Default.AliasRequest, cancel);
        var name = AliasName.Parse(alias);
        var pointer = await aliases.PutAsync(ModelName.Parse(model), name, wanted, request.IfMatch(), request.Caller(), cancel);
        return Revisions.Json(request, new(alias, pointer.Version, pointer.Since, pointer.Reason), RegistryJson.Default.AliasResponse, pointer.Revision);
    });
}
