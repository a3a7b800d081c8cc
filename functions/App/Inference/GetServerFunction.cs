using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: the server.</summary>
public static class GetServerFunction
{
    [Function("GetServer")]
    public static IResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2")] HttpRequest request) => ModelDirectory.Describe();
}
