using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference.Health;

namespace Serverless.App.Inference;

/// <summary>How this instance is, with each part on which it leans; 503 where one is unhealthy.</summary>
public sealed class GetHealthFunction(HealthReport health)
{
    [Function("GetHealth")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request,
        CancellationToken cancel) => Answer.From(() => health.AnswerAsync(cancel));
}
