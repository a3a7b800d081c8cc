using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
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
        await using (staged) file = await files.AddAsync(staged, LargestUpload, cancel);
        // The upload stays until it is swept: whoever lost this answer may register it again, and gets the same one.
        return await registrations.RegisterAsync(model, file, null, metadata, caller, cancel);
    }

    private async Task<(ModelVersion Version, bool Created)> TakeFormAsync(ModelName model, HttpRequest request, MediaTypeHeaderValue type, Caller caller, CancellationToken cancel)
    {
        var (metadata, file, baseline) = await ReadFormAsync(request, type, cancel);
        if (metadata.UploadId is not null) throw new ProblemException(ProblemKind.InvalidRequest, "uploadId goes with application/json; a form brings the file itself.") { Where = "uploadId" };
        return await registrations.RegisterAsync(model, file, baseline, metadata, caller, cancel);
    }

    private async Task<(VersionRequest Metadata, LocalArtifact File, LocalArtifact? Baseline)> ReadFormAsync(HttpRequest request, MediaTypeHeaderValue type, CancellationToken cancel)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 70) throw new ProblemException(ProblemKind.InvalidRequest, "multipart/form-data needs a boundary of at most 70 characters.");
        var reader = new MultipartReader(boundary, request.Body) { BodyLengthLimit = LargestBody };
        VersionRequest? metadata = null;
        LocalArtifact? file = null, baseline = null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancel) is { } section)
            {
                switch (PartOf(section))
                {
                    case "metadata" when metadata is null: metadata = await ReadMetadataAsync(section.Body, cancel); break;
                    case "model" when file is null: file = await AddAsync(section.Body, LargestBody, cancel); break;
                    case "baseline" when baseline is null: baseline = await AddAsync(section.Body, LargestBody, cancel); break;
                    case var other: throw new ProblemException(ProblemKind.InvalidRequest, $"The part \"{other}\" is not known, or comes twice.") { Where = other, Expected = ["metadata", "model", "baseline"] };
                }
            }
        }
        catch (InvalidDataException broken)
        {
            throw new ProblemException(ProblemKind.BodyTooLarge, $"The form cannot be read: {broken.Message}");
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, $"The form ends before its end: {broken.Message}");
        }

        return (metadata ?? new(), file ?? throw new ProblemException(ProblemKind.InvalidRequest, "The form needs a part \"model\" with the ONNX file.") { Where = "model" }, baseline);
    }

    private async Task<LocalArtifact> AddAsync(Stream content, long largest, CancellationToken cancel)
    {
        var file = await files.AddAsync(content, largest, cancel);
        return file.Bytes > 0 ? file : throw new ProblemException(ProblemKind.InvalidModel, "The file is empty.") { Where = "model" };
    }

    private static async Task<VersionRequest> ReadMetadataAsync(Stream body, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int count;
        while ((count = await body.ReadAsync(buffer, cancel)) > 0)
        {
            if (bytes.Length + count > Bodies.Largest) throw new ProblemException(ProblemKind.BodyTooLarge, "The metadata is larger than 4 MiB.") { Where = "metadata" };
            bytes.Write(buffer, 0, count);
        }

        return Bodies.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), RegistryJson.Default.VersionRequest);
    }

    private static string? PartOf(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).Value : null;

    private static ProblemException TooLarge() => new(
        ProblemKind.BodyTooLarge, $"A request brings at most {LargestBody} bytes. Open an upload for larger files: POST /models/{{model}}/uploads.");

    private static ProblemException NotTaken() => new(ProblemKind.UnsupportedMediaType, "A version comes as the ONNX file, as a form with metadata and file, or as JSON that names an upload.")
    {
        Where = "Content-Type",
        Expected = ["application/octet-stream", "multipart/form-data", "application/json"],
    };
}
