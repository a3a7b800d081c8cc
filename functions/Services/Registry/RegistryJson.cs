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
