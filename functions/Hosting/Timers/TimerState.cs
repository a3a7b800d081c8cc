using System.Text.Json.Serialization;

namespace Serverless.Hosting.Timers;

/// <summary>The status blob of a timer, as the Functions host writes it.</summary>
internal sealed record TimerState(
    [property: JsonPropertyName("Last")] DateTimeOffset Last,
    [property: JsonPropertyName("Next")] DateTimeOffset Next,
    [property: JsonPropertyName("LastUpdated")] DateTimeOffset LastUpdated);
