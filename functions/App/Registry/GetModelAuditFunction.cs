using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Audit;

namespace Serverless.App.Registry;

/// <summary>Reads a model's audit trail, oldest first.</summary>
public sealed class GetModelAuditFunction(AuditTrail audit)
{
    [Function("GetModelAudit")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/audit")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var page = await audit.ListAsync(ModelName.Parse(model), Paging.Of(request), cancel);
        return TypedResults.Json(page, RegistryJson.Default.PageAuditEntryResponse);
    });
}
