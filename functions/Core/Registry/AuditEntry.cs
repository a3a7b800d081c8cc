using System.Text.Json.Nodes;

namespace Serverless.Core.Registry;

/// <summary>The end of an audit chain: what the next entry joins, and what a chain that lost its tail no longer reaches.</summary>
/// <param name="Count">Entries so far.</param>
/// <param name="Hash">The last entry's hash; 64 zeros at the start.</param>
/// <param name="Last">The last entry's time: the next one is later, whatever its writer's clock says.</param>
public sealed record AuditHead(long Count, string Hash, DateTimeOffset Last)
{
    /// <summary>A chain without entries.</summary>
    public static AuditHead Start { get; } = new(0, new string('0', 64), DateTimeOffset.UnixEpoch);
}

/// <summary>
/// One change of a model, or of the suite's keys. Its hash is SHA-256 over its JSON as stored (UTF-8, members in this order, nulls left out), which
/// holds the hash of the entry before it: an entry that was edited, removed or moved breaks the chain.
/// </summary>
/// <param name="Id">UUIDv7; also the id of the event that tells of the change.</param>
/// <param name="Sequence">From 1 within the chain: a model's, or that of keys.</param>
/// <param name="Time">When.</param>
/// <param name="Model">Of what; null for the suite itself.</param>
/// <param name="Action">What was done: the event's type without its prefix.</param>
/// <param name="Subject">To what: <c>models/iris/versions/3</c>.</param>
/// <param name="Actor">By whom.</param>
/// <param name="CausationId">The request or event that caused it.</param>
/// <param name="TraceParent">W3C trace context, or null.</param>
/// <param name="Reason">As given, or null.</param>
/// <param name="Before">What changed, before; null for something new.</param>
/// <param name="After">What changed, after; null for something gone.</param>
/// <param name="Previous">The hash of the entry before it.</param>
public sealed record AuditEntry(
    Guid Id, long Sequence, DateTimeOffset Time, ModelName? Model, string Action, string Subject,
    string Actor, string CausationId, string? TraceParent, string? Reason, JsonNode? Before, JsonNode? After, string Previous);
