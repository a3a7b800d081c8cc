using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Serverless.Core.Registry;
using Serverless.Services.Http;

namespace Serverless.Services.Registry;

/// <summary>The registry's records as callers see them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = false,
    Converters = [typeof(ModelNameText), typeof(DigestText), typeof(ExactJsonText), typeof(DimensionText), typeof(CamelCaseEnum<TaskKind>), typeof(CamelCaseEnum<ValueKind>), typeof(CamelCaseEnum<ElementType>)])]
[JsonSerializable(typeof(ModelRequest))]
[JsonSerializable(typeof(ModelResponse))]
[JsonSerializable(typeof(Page<ModelResponse>))]
[JsonSerializable(typeof(VersionRequest))]
[JsonSerializable(typeof(VersionEdit))]
[JsonSerializable(typeof(VersionResponse))]
[JsonSerializable(typeof(Page<VersionResponse>))]
[JsonSerializable(typeof(CardResponse))]
[JsonSerializable(typeof(UploadResponse))]
[JsonSerializable(typeof(AliasRequest))]
[JsonSerializable(typeof(AliasResponse))]
[JsonSerializable(typeof(ReasonRequest))]
[JsonSerializable(typeof(PolicyVersionResponse))]
[JsonSerializable(typeof(Page<PolicyVersionResponse>))]
[JsonSerializable(typeof(AuditEntryResponse))]
[JsonSerializable(typeof(Page<AuditEntryResponse>))]
[JsonSerializable(typeof(AuditVerdict))]
public sealed partial class RegistryJson : JsonSerializerContext;

/// <summary>What can be said of a model. What is absent is emptied: the request is the whole.</summary>
/// <param name="Description">For people, at most 4,096 characters.</param>
/// <param name="Owner">Whom to ask, at most 256 characters.</param>
/// <param name="Task">What it is for.</param>
/// <param name="Tags">At most 32.</param>
public sealed record ModelRequest(string? Description = null, string? Owner = null, TaskKind Task = TaskKind.Other, IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>A model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Task">What it is for.</param>
/// <param name="Description">For people.</param>
/// <param name="Owner">Whom to ask.</param>
/// <param name="Tags">For finding it.</param>
/// <param name="Archived">Whether nothing of it answers.</param>
/// <param name="Champion">The version that answers when a request names none.</param>
/// <param name="Aliases">Every pointer; absent in lists.</param>
/// <param name="LatestVersion">The newest version's number; 0 while there is none.</param>
/// <param name="PolicyVersion">The policy in force; 0 for the default.</param>
/// <param name="Created">When it appeared.</param>
/// <param name="Updated">When anything of it changed last.</param>
public sealed record ModelResponse(
    ModelName Name, TaskKind Task, string? Description, string? Owner, IReadOnlyDictionary<string, string> Tags, bool Archived,
    int? Champion, IReadOnlyDictionary<string, int>? Aliases, int LatestVersion, int PolicyVersion, DateTimeOffset Created, DateTimeOffset Updated)
{
    /// <summary>A record as callers see it.</summary>
    public static ModelResponse Of(ModelRecord model, IReadOnlyDictionary<string, int>? aliases) => new(
        model.Name, model.Task, model.Description, model.Owner, model.Tags, model.Archived,
        model.Champion, aliases, model.LastVersion, model.PolicyVersion, model.Created, model.Updated);
}

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

/// <summary>Where an alias shall point.</summary>
/// <param name="Version">A version's number.</param>
/// <param name="Reason">Why; kept in the audit trail.</param>
public sealed record AliasRequest(int Version, string? Reason = null);

/// <summary>An alias.</summary>
/// <param name="Alias">Its name.</param>
/// <param name="Version">Where it points.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why.</param>
public sealed record AliasResponse(string Alias, int Version, DateTimeOffset Since, string? Reason);

/// <summary>Why something is done.</summary>
/// <param name="Reason">Kept in the audit trail.</param>
public sealed record ReasonRequest(string? Reason = null);

/// <summary>A version of a policy.</summary>
/// <param name="Version">Its number; 0 for the default.</param>
/// <param name="Policy">The document as written.</param>
/// <param name="Time">When it was written; absent for the default.</param>
/// <param name="Author">By whom; absent for the default.</param>
public sealed record PolicyVersionResponse(int Version, JsonNode Policy, DateTimeOffset? Time, string? Author);

/// <summary>An entry of the audit trail.</summary>
/// <param name="Entry">The entry, byte by byte as it is hashed.</param>
/// <param name="Hash">SHA-256 over these bytes.</param>
public sealed record AuditEntryResponse(ExactJson Entry, string Hash);

/// <summary>What a verification of audit chains found.</summary>
/// <param name="Valid">Whether every chain holds.</param>
/// <param name="Models">Each chain.</param>
public sealed record AuditVerdict(bool Valid, IReadOnlyList<ChainVerdict> Models);

/// <summary>What a verification of one chain found.</summary>
/// <param name="Model">Whose.</param>
/// <param name="Entries">Entries that hold.</param>
/// <param name="Valid">Whether all do.</param>
/// <param name="Problem">The first broken link, in words.</param>
public sealed record ChainVerdict(ModelName Model, long Entries, bool Valid, string? Problem);
