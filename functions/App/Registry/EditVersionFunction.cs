using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Edits a version's description and tags: nothing else of it ever changes.</summary>
public sealed class EditVersionFunction(VersionService service, RegistryAnswers answers)
{
    [Function("EditVersion")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "models/{model}/versions/{version:int}")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        var edit = await request.ReadAsync(RegistryJson.Default.VersionEdit, cancel);
        var changed = await service.EditAsync(name, version, edit, request.IfMatch(), request.Caller(), cancel);
        return await answers.VersionAsync(request, name, changed, created: false, cancel);
    });
}
