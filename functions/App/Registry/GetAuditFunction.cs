using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Audit;

namespace Serverless.App.Registry;

/// <summary>Reads the audit trail across models, newest first.</summary>
public sealed class GetAuditFunction(AuditTrail audit)
{
    [Function("GetAudit")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "audit")] HttpRequest request,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var page = await audit.ListAsync(Paging.Of(request), cancel);
        return TypedResults.Json(page, RegistryJson.Default.PageAuditEntryResponse);
    });
}
