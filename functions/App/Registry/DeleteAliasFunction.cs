using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry.Aliases;

namespace Serverless.App.Registry;

/// <summary>Removes an alias; the version stays.</summary>
public sealed class DeleteAliasFunction(AliasService aliases)
{
    [Function("DeleteAlias")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "models/{model}/aliases/{alias}")] HttpRequest request,
        string model,
        string alias,
        CancellationToken cancel) => Answer.From(async () =>
    {
        await aliases.DeleteAsync(ModelName.Parse(model), AliasName.Parse(alias), request.Query["reason"], request.IfMatch(), request.Caller(), cancel);
        return TypedResults.NoContent();
    });
}
