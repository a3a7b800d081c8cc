using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Inference;

namespace Serverless.App.Inference;

/// <summary>KServe v1 explanation: in the protocol, not built.</summary>
public static class ExplainV1Function
{
    [Function("ExplainV1")]
    public static Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/models/{model}:explain")] HttpRequest request,
        string model) => Answer.From(() => throw InferenceService.ExplainingIsNotBuilt(model));
}
