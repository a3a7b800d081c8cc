using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Access;
using Serverless.Services.Http;
using Serverless.Services.Registry.Keys;

namespace Serverless.App.Keys;

/// <summary>Issues a named key; the answer is the only time it is shown.</summary>
public sealed class PutKeyFunction(NamedKeys keys)
{
    [Function("PutKey")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "keys/{name}")] HttpRequest request,
        string name,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var wanted = await request.ReadAsync(KeyJson.Default.KeyRequest, cancel);
        var key = await keys.IssueAsync(KeyName.Parse(name), wanted.Flags(), wanted.Expires, request.Caller(), cancel);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new KeyResponse(name, wanted.Roles, wanted.Expires, key), KeyJson.Default.KeyResponse, statusCode: StatusCodes.Status201Created);
    });
}
