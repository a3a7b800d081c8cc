using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>Open Inference Protocol v2: every version and its state.</summary>
public sealed class IndexRepositoryFunction(ModelDirectory models)
{
    [Function("IndexRepository")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v2/repository/index")] HttpRequest request,
        CancellationToken cancel) => Answer.From(() => models.IndexAsync(request, cancel));
}
