using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Access;
using Serverless.Services.Http;
using Serverless.Services.Registry.Keys;

namespace Serverless.App.Keys;

/// <summary>Withdraws a named key.</summary>
public sealed class DeleteKeyFunction(NamedKeys keys)
{
    [Function("DeleteKey")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "keys/{name}")] HttpRequest request,
        string name,
        CancellationToken cancel) => Answer.From(async () =>
    {
        await keys.WithdrawAsync(KeyName.Parse(name), request.Caller(), cancel);
        return TypedResults.NoContent();
    });
}
