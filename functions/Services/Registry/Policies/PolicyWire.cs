using System.Text.Json.Nodes;

namespace Serverless.Services.Registry;

/// <summary>A version of a policy.</summary>
/// <param name="Version">Its number; 0 for the default.</param>
/// <param name="Policy">The document as written.</param>
/// <param name="Time">When it was written; absent for the default.</param>
/// <param name="Author">By whom; absent for the default.</param>
public sealed record PolicyVersionResponse(int Version, JsonNode Policy, DateTimeOffset? Time, string? Author);
