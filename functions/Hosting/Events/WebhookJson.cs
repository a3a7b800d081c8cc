using System.Text.Json.Serialization;

namespace Serverless.Hosting.Events;

internal sealed record ValidationAnswer(string? ValidationResponse);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ValidationAnswer))]
internal sealed partial class WebhookJson : JsonSerializerContext;
