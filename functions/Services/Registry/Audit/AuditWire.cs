using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>An entry of the audit trail.</summary>
/// <param name="Entry">The entry, byte by byte as it is hashed.</param>
/// <param name="Hash">SHA-256 over these bytes.</param>
public sealed record AuditEntryResponse(ExactJson Entry, string Hash);

/// <summary>What a verification of audit chains found.</summary>
/// <param name="Valid">Whether every chain holds.</param>
/// <param name="Models">Each chain.</param>
public sealed record AuditVerdict(bool Valid, IReadOnlyList<ChainVerdict> Models);

/// <summary>What a verification of one chain found.</summary>
/// <param name="Model">Whose.</param>
/// <param name="Entries">Entries that hold.</param>
/// <param name="Valid">Whether all do.</param>
/// <param name="Problem">The first broken link, in words.</param>
public sealed record ChainVerdict(ModelName Model, long Entries, bool Valid, string? Problem);
