using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Versions;

/// <summary>Hands out ONNX files.</summary>
/// <param name="artifacts">The bytes.</param>
public sealed class ArtifactReader(ArtifactBlobs artifacts)
{
    /// <summary>A version's file as an answer, with ranges; its ETag is its address.</summary>
    public async Task<IResult> StreamAsync(ModelName model, ModelVersion version, CancellationToken cancel) => TypedResults.Stream(
        await artifacts.OpenAsync(version.Artifact, cancel), "application/octet-stream", $"{model}-{version.Number}.onnx",
        version.Created, new EntityTagHeaderValue($"\"{version.Artifact}\""), enableRangeProcessing: true);
}
