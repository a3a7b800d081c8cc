using System.Text.Json.Serialization;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>What the server is.</summary>
internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>The models by name.</summary>
internal sealed record ModelList(IReadOnlyList<string> Models);

/// <summary>What a model takes and gives.</summary>
internal sealed record ModelMetadata(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

/// <summary>One input or output; -1 for a dimension that varies.</summary>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);

/// <summary>Whether a model answers.</summary>
internal sealed record ModelReady(string Name, bool Ready);

/// <summary>Whether the server runs.</summary>
internal sealed record ServerLive(bool Live);

/// <summary>Whether the server answers.</summary>
internal sealed record ServerReady(bool Ready);

/// <summary>What of the repository is asked for.</summary>
internal sealed record IndexRequest(bool? Ready);

/// <summary>One version in the repository.</summary>
internal sealed record IndexEntry(string Name, string Version, string State, string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ServerMetadata))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelMetadata))]
[JsonSerializable(typeof(ModelReady))]
[JsonSerializable(typeof(ServerLive))]
[JsonSerializable(typeof(ServerReady))]
[JsonSerializable(typeof(IndexRequest))]
[JsonSerializable(typeof(IReadOnlyList<IndexEntry>))]
internal sealed partial class OpenInferenceJson : JsonSerializerContext;
