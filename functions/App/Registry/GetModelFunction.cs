using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;

namespace Serverless.App.Registry;

/// <summary>Reads a model.</summary>
public sealed class GetModelFunction(ModelStore models, AliasService aliases)
{
    [Function("GetModel")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var record = await models.GetAsync(ModelName.Parse(model), cancel);
        return Revisions.Json(request, ModelResponse.Of(record, await aliases.ListAsync(record.Name, cancel)), RegistryJson.Default.ModelResponse, record.Revision);
    });
}
