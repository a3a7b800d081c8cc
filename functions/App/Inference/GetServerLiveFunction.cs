using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: the process runs.</summary>
public static class GetServerLiveFunction
{
    [Function("GetServerLive")]
    public static IResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/health/live")] HttpRequest request) => ModelDirectory.Live();
}
