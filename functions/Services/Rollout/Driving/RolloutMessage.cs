using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Services.Rollout.Driving;

/// <summary>A message that asks for a model's rollouts to be looked at.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Cause">The event's id, or <c>timer</c>.</param>
internal sealed record RolloutMessage(string Model, string Cause)
{
    /// <summary>W3C trace context, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>A version that has just been registered.</summary>
    public int? Version { get; init; }

    /// <summary>What monitoring tells of an alert.</summary>
    public JsonElement? Alert { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RolloutMessage))]
internal sealed partial class RolloutMessageJson : JsonSerializerContext;
