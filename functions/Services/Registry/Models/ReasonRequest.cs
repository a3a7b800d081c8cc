namespace Serverless.Services.Registry;

/// <summary>Why something is done.</summary>
/// <param name="Reason">Kept in the audit trail.</param>
public sealed record ReasonRequest(string? Reason = null);
