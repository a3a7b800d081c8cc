using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Reference;

namespace Serverless.App.Reference;

/// <summary>The HTTP surface as an OpenAPI 3.1 document.</summary>
public sealed class GetOpenApiFunction(ApiReference reference)
{
    [Function("GetOpenApi")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) => reference.Document(request);
}
