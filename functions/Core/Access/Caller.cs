namespace Serverless.Core.Access;

/// <summary>Whose wish a change is: what every audit row says.</summary>
/// <param name="Actor">The principal's name.</param>
/// <param name="CausationId">The request or event that caused it.</param>
/// <param name="TraceParent">W3C trace context, or null.</param>
public sealed record Caller(string Actor, string CausationId, string? TraceParent);
