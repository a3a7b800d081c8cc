using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;

namespace Serverless.App.Registry;

/// <summary>Reads a model.</summary>
public sealed class GetModelFunction(ModelStore models, RegistryAnswers answers)
{
    [Function("GetModel")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var record = await models.GetAsync(ModelName.Parse(model), cancel);
        return await answers.ModelAsync(request, record, created: false, cancel);
    });
}
