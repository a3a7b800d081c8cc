using System.Text.Json.Serialization;

namespace Serverless.Services.Inference.Health;

/// <summary>How a part is on which the instance leans.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HealthStatus>))]
internal enum HealthStatus
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("healthy")]
    Healthy,
    /// <summary>It goes on, and somebody should look.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,
    /// <summary>Something that the suite promises does not work.</summary>
    [JsonStringEnumMemberName("unhealthy")]
    Unhealthy,
}

/// <summary>One part. Anybody may see it, so it has no name of an account, no address and no message of an error.</summary>
/// <param name="Status">How it is.</param>
/// <param name="Milliseconds">How long its answer took; null where nothing is asked.</param>
internal sealed record DependencyHealth(HealthStatus Status, double? Milliseconds = null);
