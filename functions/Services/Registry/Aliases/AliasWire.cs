namespace Serverless.Services.Registry;

/// <summary>Where an alias shall point.</summary>
/// <param name="Version">A version's number.</param>
/// <param name="Reason">Why; kept in the audit trail.</param>
public sealed record AliasRequest(int Version, string? Reason = null);

/// <summary>An alias.</summary>
/// <param name="Alias">Its name.</param>
/// <param name="Version">Where it points.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why.</param>
public sealed record AliasResponse(string Alias, int Version, DateTimeOffset Since, string? Reason);
