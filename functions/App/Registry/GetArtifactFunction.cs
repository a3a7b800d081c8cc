using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Streams a version's ONNX file; ranges welcome.</summary>
public sealed class GetArtifactFunction(VersionReader versions, ArtifactReader artifacts)
{
    [Function("GetArtifact")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions/{version:int}/artifact")] HttpRequest request,
        string model,
        int version,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        return await artifacts.StreamAsync(name, await versions.GetAsync(name, version, cancel), cancel);
    });
}
