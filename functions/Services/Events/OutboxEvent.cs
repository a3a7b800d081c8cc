using System.Text.Json.Nodes;

namespace Serverless.Services.Events;

/// <summary>An event as it waits in the outbox: sent as often as it takes, always with the same id.</summary>
/// <param name="Id">UUIDv7; handlers are idempotent by it.</param>
/// <param name="Type">As <see cref="EventTypes"/> names it.</param>
/// <param name="Subject">What it is about: <c>models/iris/versions/3</c>.</param>
/// <param name="Time">When it happened.</param>
/// <param name="TraceParent">W3C trace context, or null.</param>
/// <param name="Data">Small; what changed.</param>
public sealed record OutboxEvent(Guid Id, string Type, string Subject, DateTimeOffset Time, string? TraceParent, JsonNode Data)
{
    /// <summary>What all events of one story share: a rollout's id, an alert's id, else the causation id. Null in rows from before it was kept.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The request or event that caused it. Null in rows from before it was kept.</summary>
    public string? CausationId { get; init; }
}
