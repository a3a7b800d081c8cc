using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Registry.Policies;

namespace Serverless.App.Registry;

/// <summary>Serves the JSON Schema that policies are checked against.</summary>
public sealed class GetPolicySchemaFunction
{
    [Function("GetPolicySchema")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "schemas/policy.json")] HttpRequest request) =>
        TypedResults.Text(PolicySchema.Text, "application/schema+json");
}
