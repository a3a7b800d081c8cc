using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>An entry of the audit trail.</summary>
/// <param name="Entry">The entry, byte by byte as it is hashed.</param>
/// <param name="Hash">SHA-256 over these bytes.</param>
public sealed record AuditEntryResponse(ExactJson Entry, string Hash);

/// <summary>What a verification of audit chains found.</summary>
/// <param name="Valid">Whether every chain holds.</param>
/// <param name="Models">Each model's.</param>
/// <param name="Keys">The chain of named keys; null where one model was asked for.</param>
/// <param name="Silences">The chain of silences; likewise.</param>
/// <param name="Webhooks">The chain of webhooks; likewise.</param>
public sealed record AuditVerdict(bool Valid, IReadOnlyList<ChainVerdict> Models, ChainVerdict? Keys, ChainVerdict? Silences, ChainVerdict? Webhooks);

/// <summary>What a verification of one chain found.</summary>
/// <param name="Model">Whose; null for one of the suite itself.</param>
/// <param name="Entries">Entries that hold.</param>
/// <param name="Valid">Whether all do.</param>
/// <param name="Problem">The first broken link, in words.</param>
public sealed record ChainVerdict(ModelName? Model, long Entries, bool Valid, string? Problem);
