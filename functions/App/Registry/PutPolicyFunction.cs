using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry.Policies;

namespace Serverless.App.Registry;

/// <summary>Puts a policy in force: JSON or YAML, checked against its schema.</summary>
public sealed class PutPolicyFunction(PolicyService service, PolicyVersions policies)
{
    [Function("PutPolicy")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "models/{model}/policy")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var document = await PolicyAnswer.ReadAsync(request, cancel);
        var record = await service.PutAsync(ModelName.Parse(model), document, request.IfMatch(), request.Caller(), cancel);
        return PolicyAnswer.Of(request, await policies.InForceAsync(record, cancel), record.PolicyVersion);
    });
}
