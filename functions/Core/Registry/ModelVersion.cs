using System.Collections.Immutable;

namespace Serverless.Core.Registry;

/// <summary>A version. All of it is immutable but description, tags and whether it is archived.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Artifact">The ONNX file's address.</param>
/// <param name="Bytes">The ONNX file's size.</param>
/// <param name="Signature">What it takes and gives.</param>
/// <param name="Onnx">What else the file says of itself.</param>
/// <param name="Metadata">What its registrar said of it.</param>
/// <param name="Description">For people, or null.</param>
/// <param name="Tags">For finding it.</param>
/// <param name="Archived">Whether it does not answer.</param>
/// <param name="Revision">Counts changes of the editable part, for its ETag.</param>
/// <param name="Created">When it was registered.</param>
/// <param name="CreatedBy">By whom.</param>
public sealed record ModelVersion(
    int Number,
    Digest Artifact,
    long Bytes,
    Signature Signature,
    OnnxFacts Onnx,
    VersionMetadata Metadata,
    string? Description,
    ImmutableSortedDictionary<string, string> Tags,
    bool Archived,
    int Revision,
    DateTimeOffset Created,
    string CreatedBy)
{
    /// <summary>What serving needs of it.</summary>
    public ServableVersion Servable => new(Number, Artifact, Bytes, Signature, Metadata.FeatureNames, Metadata.ClassLabels, Archived);
}

/// <summary>What an ONNX file says of itself.</summary>
/// <param name="IrVersion">The format's version.</param>
/// <param name="Producer">The tool that wrote it.</param>
/// <param name="Opsets">Operator set versions by domain; the empty domain is ai.onnx.</param>
public sealed record OnnxFacts(long IrVersion, string Producer, IReadOnlyDictionary<string, long> Opsets);

/// <summary>What a registrar says of a version; part of its identity together with the bytes.</summary>
/// <param name="FeatureNames">Names of the columns of a single two-dimensional input, in order, or null.</param>
/// <param name="ClassLabels">Labels by class index, or null.</param>
/// <param name="Metrics">Figures from training or evaluation, or null.</param>
/// <param name="Lineage">Where it comes from, or null.</param>
/// <param name="Baseline">The address of the training or validation set uploaded with it, or null.</param>
public sealed record VersionMetadata(
    IReadOnlyList<string>? FeatureNames = null,
    IReadOnlyList<string>? ClassLabels = null,
    IReadOnlyDictionary<string, double>? Metrics = null,
    Lineage? Lineage = null,
    Digest? Baseline = null);

/// <summary>Where a version comes from.</summary>
/// <param name="Source">A repository, notebook or pipeline.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="DataSetHash">The training data's hash.</param>
/// <param name="RunId">The run that made it.</param>
public sealed record Lineage(string? Source = null, string? Commit = null, string? DataSetHash = null, string? RunId = null);
