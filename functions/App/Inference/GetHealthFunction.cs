using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>How this instance is: storage within reach, sessions loaded.</summary>
public sealed class GetHealthFunction(HealthReport health)
{
    [Function("GetHealth")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request,
        CancellationToken cancel) => Answer.From(() => health.AnswerAsync(cancel));
}
