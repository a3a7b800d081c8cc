using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Lets an archived version answer again.</summary>
public sealed class RestoreVersionFunction(VersionService service, RegistryAnswers answers)
{
    [Function("RestoreVersion")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/versions/{version:int}/restore")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        var reason = await request.ReadOptionalAsync(RegistryJson.Default.ReasonRequest, cancel);
        var changed = await service.SetArchivedAsync(name, version, archived: false, reason?.Reason, request.IfMatch(), request.Caller(), cancel);
        return await answers.VersionAsync(request, name, changed, created: false, cancel);
    });
}
