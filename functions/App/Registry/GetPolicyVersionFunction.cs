using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;

namespace Serverless.App.Registry;

/// <summary>Reads what the policy was.</summary>
public sealed class GetPolicyVersionFunction(PolicyVersions policies)
{
    [Function("GetPolicyVersion")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/policy/versions/{version:int}")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var policy = await policies.GetAsync(ModelName.Parse(model), version, cancel);
        return TypedResults.Json(PolicyAnswer.Version(policy), RegistryJson.Default.PolicyVersionResponse);
    });
}
