using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Versions;

/// <summary>Takes in what is to be registered, in each of its three forms, without holding a file in memory: the bytes in the body, a form with metadata, or JSON that names an upload.</summary>
/// <param name="files">This machine's disk.</param>
/// <param name="artifacts">Uploads.</param>
/// <param name="registrations">What happens then.</param>
/// <param name="clock">Makes upload ids and ends.</param>
public sealed class VersionIntake(ArtifactFiles files, ArtifactBlobs artifacts, RegistrationService registrations, TimeProvider clock)
{
    /// <summary>The largest file in a request.</summary>
    public const long LargestBody = 100L << 20;

    /// <summary>The largest file by an upload: what ONNX's format can hold.</summary>
    public const long LargestUpload = 2L << 30;

    private static readonly TimeSpan UploadLifetime = TimeSpan.FromHours(1);

    /// <summary>Registers what a request brings.</summary>
    /// <returns>The version, and whether it is new.</returns>
    public Task<(ModelVersion Version, bool Created)> TakeAsync(ModelName model, HttpRequest request, Caller caller, CancellationToken cancel)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) throw NotTaken();
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LargestBody + (1 << 20);
        return type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/octet-stream" or "application/x-onnx" => TakeBytesAsync(model, request, caller, cancel),
            "multipart/form-data" => TakeFormAsync(model, request, type, caller, cancel),
            "application/json" => TakeUploadAsync(model, request, caller, cancel),
            _ => throw NotTaken(),
        };
    }

    /// <summary>Opens an upload for a large file.</summary>
    public async Task<UploadResponse> OpenUploadAsync(ModelName model, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var address = await artifacts.UploadAddressAsync(model, id, UploadLifetime, cancel);
        return new(id, address, new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" }, now + UploadLifetime, LargestUpload);
    }

    private async Task<(ModelVersion Version, bool Created)> TakeBytesAsync(ModelName model, HttpRequest request, Caller caller, CancellationToken cancel)
    {
        if (request.ContentLength > LargestBody) throw TooLarge();
        var file = await AddAsync(request.Body, LargestBody, cancel);
        return await registrations.RegisterAsync(model, file, null, new(), caller, cancel);
    }

    private async Task<(ModelVersion Version, bool Created)> TakeUploadAsync(ModelName model, HttpRequest request, Caller caller, CancellationToken cancel)
    {
        var metadata = await request.ReadAsync(RegistryJson.Default.VersionRequest, cancel);
        var id = metadata.UploadId ?? throw new ProblemException(ProblemKind.InvalidRequest, "uploadId names the upload that holds the file.") { Where = "uploadId" };
        var staged = await artifacts.OpenStagedAsync(model, id, cancel)
            ?? throw new ProblemException(ProblemKind.NotFound, $"Nothing has been uploaded as {id} for {model}, or it was more than a day ago.") { Where = "uploadId" };
        LocalArtifact file;
        await using (staged) file = await AddAsync(staged, LargestUpload, cancel);
        // The upload stays until it is swept: whoever lost this answer may register it again, and gets the same one.
        return await registrations.RegisterAsync(model, file, null, metadata, caller, cancel);
    }

    private async Task<(ModelVersion Version, bool Created)> TakeFormAsync(ModelName model, HttpRequest request, MediaTypeHeaderValue type, Caller caller, CancellationToken cancel)
    {
        var form = await VersionForm.ReadAsync(request.Body, type, (content, stop) => AddAsync(content, LargestBody, stop), cancel);
        return await registrations.RegisterAsync(model, form.Model, form.Baseline, form.Metadata, caller, cancel);
    }

    private async Task<LocalArtifact> AddAsync(Stream content, long largest, CancellationToken cancel)
    {
        var file = await files.AddAsync(content, largest, cancel);
        return file.Bytes > 0 ? file : throw new ProblemException(ProblemKind.InvalidModel, "The file is empty.") { Where = "model" };
    }

    private static ProblemException TooLarge() => new(
        ProblemKind.BodyTooLarge, $"A request brings at most {LargestBody} bytes. Open an upload for larger files: POST /models/{{model}}/uploads.");

    private static ProblemException NotTaken() => new(ProblemKind.UnsupportedMediaType, "A version comes as the ONNX file, as a form with metadata and file, or as JSON that names an upload.")
    {
        Where = "Content-Type",
        Expected = ["application/octet-stream", "multipart/form-data", "application/json"],
    };
}
