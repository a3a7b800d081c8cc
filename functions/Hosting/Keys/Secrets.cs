namespace Serverless.Hosting.Keys;

/// <summary>A key as the Functions host stores it.</summary>
internal sealed record StoredKey(string Name, string Value, bool Encrypted = false);

/// <summary><c>{hostid}/host.json</c> among the secrets.</summary>
internal sealed record HostSecrets(StoredKey MasterKey, IReadOnlyList<StoredKey> FunctionKeys, IReadOnlyList<StoredKey> SystemKeys);

/// <summary><c>{hostid}/{function}.json</c> among the secrets.</summary>
internal sealed record FunctionSecrets(IReadOnlyList<StoredKey> Keys);
