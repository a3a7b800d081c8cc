using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;

namespace Serverless.App.Registry;

/// <summary>Creates a model, or says something else of it.</summary>
public sealed class PutModelFunction(ModelService models, RegistryAnswers answers)
{
    [Function("PutModel")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "models/{model}")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        var wanted = await request.ReadAsync(RegistryJson.Default.ModelRequest, cancel);
        var (record, created) = await models.PutAsync(name, wanted, request.IfMatch(), request.Caller(), cancel);
        return await answers.ModelAsync(request, record, created, cancel);
    });
}
