using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Audit;

namespace Serverless.App.Registry;

/// <summary>Proves that no audit entry was edited, removed or moved: of one model (?model=) or of all.</summary>
public sealed class VerifyAuditFunction(AuditTrail audit)
{
    [Function("VerifyAudit")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "audit/verify")] HttpRequest request,
        CancellationToken cancel) => Answer.From(async () =>
    {
        ModelName? model = request.Query["model"].ToString() is { Length: > 0 } name ? ModelName.Parse(name) : null;
        return TypedResults.Json(await audit.VerifyAsync(model, cancel), RegistryJson.Default.AuditVerdict);
    });
}
