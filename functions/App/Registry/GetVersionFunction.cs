using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Reads a version.</summary>
public sealed class GetVersionFunction(VersionReader versions, RegistryAnswers answers)
{
    [Function("GetVersion")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions/{version:int}")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        var found = await versions.GetAsync(name, version, cancel);
        return await answers.VersionAsync(request, name, found, created: false, cancel);
    });
}
