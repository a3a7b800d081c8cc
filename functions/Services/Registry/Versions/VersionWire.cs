using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>What a registrar says of a version.</summary>
/// <param name="UploadId">The upload that holds the file; absent when the file is in the request.</param>
/// <param name="FeatureNames">Names of the columns, in order.</param>
/// <param name="ClassLabels">Labels by class index.</param>
/// <param name="Metrics">Figures from training or evaluation.</param>
/// <param name="Lineage">Where it comes from.</param>
/// <param name="Description">For people; can be edited later.</param>
/// <param name="Tags">For finding it; can be edited later.</param>
/// <param name="Task">What the model is for, where the model is new.</param>
public sealed record VersionRequest(
    Guid? UploadId = null,
    IReadOnlyList<string>? FeatureNames = null,
    IReadOnlyList<string>? ClassLabels = null,
    IReadOnlyDictionary<string, double>? Metrics = null,
    Lineage? Lineage = null,
    string? Description = null,
    IReadOnlyDictionary<string, string>? Tags = null,
    TaskKind? Task = null);

/// <summary>What of a version can be edited. What is absent stays.</summary>
/// <param name="Description">For people.</param>
/// <param name="Tags">For finding it; replaced whole.</param>
public sealed record VersionEdit(string? Description = null, IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>A version.</summary>
/// <param name="Model">Whose.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Sha256">The ONNX file's address.</param>
/// <param name="Bytes">The ONNX file's size.</param>
/// <param name="Signature">What it takes and gives.</param>
/// <param name="Onnx">What else the file says of itself.</param>
/// <param name="FeatureNames">Names of the columns.</param>
/// <param name="ClassLabels">Labels by class index.</param>
/// <param name="Metrics">Figures.</param>
/// <param name="Lineage">Where it comes from.</param>
/// <param name="Baseline">The address of the set uploaded with it.</param>
/// <param name="Description">For people.</param>
/// <param name="Tags">For finding it.</param>
/// <param name="Aliases">The pointers at it.</param>
/// <param name="Archived">Whether it does not answer.</param>
/// <param name="Created">When it was registered.</param>
/// <param name="CreatedBy">By whom.</param>
public sealed record VersionResponse(
    ModelName Model, int Version, Digest Sha256, long Bytes, Signature Signature, OnnxFacts Onnx,
    IReadOnlyList<string>? FeatureNames, IReadOnlyList<string>? ClassLabels, IReadOnlyDictionary<string, double>? Metrics, Lineage? Lineage, Digest? Baseline,
    string? Description, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> Aliases, bool Archived, DateTimeOffset Created, string CreatedBy)
{
    /// <summary>A record as callers see it.</summary>
    public static VersionResponse Of(ModelName model, ModelVersion version, IReadOnlyDictionary<string, int> aliases) => new(
        model, version.Number, version.Artifact, version.Bytes, version.Signature, version.Onnx,
        version.Metadata.FeatureNames, version.Metadata.ClassLabels, version.Metadata.Metrics, version.Metadata.Lineage, version.Metadata.Baseline,
        version.Description, version.Tags, [.. aliases.Where(alias => alias.Value == version.Number).Select(alias => alias.Key)],
        version.Archived, version.Created, version.CreatedBy);
}

/// <summary>A model card: all that the registry knows of a version.</summary>
/// <param name="Model">Whose.</param>
/// <param name="Version">The version.</param>
public sealed record CardResponse(ModelResponse Model, VersionResponse Version);

/// <summary>Where to put a large file.</summary>
/// <param name="Id">Names the upload at registration.</param>
/// <param name="Url">Takes one <c>PUT</c> of the file (or block uploads), for a while.</param>
/// <param name="Headers">What the <c>PUT</c> must carry.</param>
/// <param name="Expires">Until when.</param>
/// <param name="MaxBytes">The largest file that registration takes.</param>
public sealed record UploadResponse(Guid Id, Uri Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset Expires, long MaxBytes);
