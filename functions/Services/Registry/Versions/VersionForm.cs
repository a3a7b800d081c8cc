using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Problems;
using Serverless.Services.Http;

namespace Serverless.Services.Registry.Versions;

/// <summary>A registration as a form: <c>metadata</c> (JSON, optional), <c>model</c> (the file) and <c>baseline</c> (optional), in any order, each once.</summary>
/// <param name="Metadata">What its registrar says of it.</param>
/// <param name="Model">The ONNX file.</param>
/// <param name="Baseline">The training or validation set, or null.</param>
internal sealed record VersionForm(VersionRequest Metadata, LocalArtifact Model, LocalArtifact? Baseline)
{
    private const int LongestBoundary = 70;

    /// <summary>Reads a form; files go to disk as they come.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="type">Its type, with the boundary.</param>
    /// <param name="keep">Puts a file on disk.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>, <see cref="ProblemKind.BodyTooLarge"/>.</exception>
    public static async Task<VersionForm> ReadAsync(
        Stream body, MediaTypeHeaderValue type, Func<Stream, CancellationToken, Task<LocalArtifact>> keep, CancellationToken cancel)
    {
        var reader = new MultipartReader(Boundary(type), body);
        VersionRequest? metadata = null;
        LocalArtifact? model = null, baseline = null;
        while (await NextAsync(reader, cancel) is { } section)
        {
            switch (PartOf(section))
            {
                case "metadata" when metadata is null: metadata = await ReadMetadataAsync(section.Body, cancel); break;
                case "model" when model is null: model = await ReadAsync(section.Body, keep, cancel); break;
                case "baseline" when baseline is null: baseline = await ReadAsync(section.Body, keep, cancel); break;
                case var other: throw new ProblemException(ProblemKind.InvalidRequest, $"The part \"{other}\" is not known, or comes twice.") { Where = other, Expected = ["metadata", "model", "baseline"] };
            }
        }

        return new(metadata ?? new(), model ?? throw Lacks("model"), baseline);
    }

    private static string Boundary(MediaTypeHeaderValue type) => HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= LongestBoundary } boundary
        ? boundary
        : throw new ProblemException(ProblemKind.InvalidRequest, $"multipart/form-data needs a boundary of at most {LongestBoundary} characters.");

    private static Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancel) => ReadableAsync(() => reader.ReadNextSectionAsync(cancel));

    private static Task<LocalArtifact> ReadAsync(Stream part, Func<Stream, CancellationToken, Task<LocalArtifact>> keep, CancellationToken cancel) =>
        ReadableAsync(() => keep(part, cancel));

    private static async Task<VersionRequest> ReadMetadataAsync(Stream part, CancellationToken cancel)
    {
        var bytes = await ReadableAsync(() => Bodies.ReadBytesAsync(part, Bodies.Largest, cancel));
        var metadata = Bodies.Parse(bytes, RegistryJson.Default.VersionRequest);
        return metadata.UploadId is null
            ? metadata
            : throw new ProblemException(ProblemKind.InvalidRequest, "uploadId goes with application/json; a form brings the file itself.") { Where = "uploadId" };
    }

    // Headers that are none, and an end before the end, are the sender's fault; what the server refuses itself is told by the server.
    private static async Task<T> ReadableAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (InvalidDataException broken)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, $"The form cannot be read: {broken.Message}");
        }
        catch (IOException broken) when (broken is not BadHttpRequestException && broken.Message.StartsWith("Unexpected end", StringComparison.Ordinal))
        {
            throw new ProblemException(ProblemKind.InvalidRequest, "The form ends before its end.");
        }
    }

    private static string? PartOf(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).Value : null;

    private static ProblemException Lacks(string part) => new(ProblemKind.InvalidRequest, $"The form needs a part \"{part}\" with the ONNX file.") { Where = part };
}
