using System.Text.Json.Serialization;

namespace Serverless.Services.Events;

/// <summary>The form in which events wait.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OutboxEvent))]
public sealed partial class EventsJson : JsonSerializerContext;
