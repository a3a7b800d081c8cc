namespace Serverless.Services.Registry;

/// <summary>A pointer.</summary>
/// <param name="Version">Where it points.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why, as its mover said, or null.</param>
/// <param name="Revision">Counts its moves, for its ETag.</param>
public sealed record AliasRecord(int Version, DateTimeOffset Since, string? Reason, int Revision);
