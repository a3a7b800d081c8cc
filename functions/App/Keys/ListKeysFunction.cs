using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Registry.Keys;

namespace Serverless.App.Keys;

/// <summary>Lists the named keys: names, roles and ends, never the keys.</summary>
public sealed class ListKeysFunction(NamedKeys keys)
{
    [Function("ListKeys")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "keys")] HttpRequest request,
        CancellationToken cancel) => Answer.From(async () =>
            TypedResults.Json(KeyList.Of(await keys.ListAsync(cancel)), KeyJson.Default.KeyList));
}
