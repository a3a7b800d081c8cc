using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Registers a version: the ONNX file, a form with metadata and file, or JSON that names an upload.</summary>
public sealed class RegisterVersionFunction(VersionIntake intake, RegistryAnswers answers)
{
    [Function("RegisterVersion")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/versions")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var name = ModelName.Parse(model);
        var (version, created) = await intake.TakeAsync(name, request, request.Caller(), cancel);
        return await answers.VersionAsync(request, name, version, created, cancel);
    });
}
