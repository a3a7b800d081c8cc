using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;

namespace Serverless.App.Registry;

/// <summary>Stops everything of a model; nothing is deleted.</summary>
public sealed class ArchiveModelFunction(ModelService models, RegistryAnswers answers)
{
    [Function("ArchiveModel")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/archive")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        var reason = await request.ReadOptionalAsync(RegistryJson.Default.ReasonRequest, cancel);
        var record = await models.SetArchivedAsync(name, archived: true, reason?.Reason, request.IfMatch(), request.Caller(), cancel);
        return await answers.ModelAsync(request, record, created: false, cancel);
    });
}
