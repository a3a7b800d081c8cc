using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Gives an address that takes one large file straight to blob storage.</summary>
public sealed class OpenUploadFunction(VersionIntake intake)
{
    [Function("OpenUpload")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}/uploads")] HttpRequest request,
        string model,
        CancellationToken cancel) => Answer.From(async () =>
    {
        var upload = await intake.OpenUploadAsync(ModelName.Parse(model), cancel);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(upload, RegistryJson.Default.UploadResponse, statusCode: StatusCodes.Status201Created);
    });
}
