using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;

namespace Serverless.App.Registry;

/// <summary>Lists what the policy has been, oldest first.</summary>
public sealed class ListPolicyVersionsFunction(ModelStore models, PolicyVersions policies)
{
    [Function("ListPolicyVersions")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/policy/versions")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var record = await models.GetAsync(ModelName.Parse(model), cancel);
        var (page, next) = await policies.ListAsync(record.Name, Paging.Of(request), cancel);
        return TypedResults.Json(new([.. page.Select(PolicyAnswer.Version)], next), RegistryJson.Default.PagePolicyVersionResponse);
    });
}
