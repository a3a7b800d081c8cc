using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;

namespace Serverless.App.Registry;

/// <summary>Reads the policy in force, as JSON or as YAML.</summary>
public sealed class GetPolicyFunction(ModelStore models, PolicyVersions policies)
{
    [Function("GetPolicy")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/policy")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var record = await models.GetAsync(ModelName.Parse(model), cancel);
        return PolicyAnswer.Of(request, await policies.InForceAsync(record, cancel), record.PolicyVersion);
    });
}
