using System.Text.Json.Serialization;

namespace Serverless.Services.Registry.Policies;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PolicyRecord))]
internal sealed partial class PolicyRecordJson : JsonSerializerContext;
