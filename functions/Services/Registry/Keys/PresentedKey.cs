using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Keys;

/// <summary>The key that a request presents: <c>x-api-key</c>, or <c>Authorization: Bearer</c> or <c>Basic</c> (its password), which MLflow's and Triton's clients can send.</summary>
public static class PresentedKey
{
    private const int Longest = 256;

    /// <summary>The key's hash, or null when the request presents none.</summary>
    public static Digest? Of(HttpRequest request) => Text(request) is { Length: > 0 and <= Longest } key ? HashOf(key) : null;

    /// <summary>What is kept of a key.</summary>
    public static Digest HashOf(string key)
    {
        Span<byte> utf8 = stackalloc byte[Longest * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(key, utf8)], hash);
        return Digest.Of(hash);
    }

    private static string? Text(HttpRequest request)
    {
        if (request.Headers.TryGetValue("x-api-key", out var key) && key.Count == 1) return key[0];
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return authorization[7..].Trim();
        return authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) ? Password(authorization[6..].Trim()) : null;
    }

    private static string? Password(string base64)
    {
        Span<byte> bytes = stackalloc byte[Longest * 3];
        if (!Convert.TryFromBase64String(base64, bytes, out var count)) return null;
        var colon = bytes[..count].IndexOf((byte)':');
        return colon < 0 ? null : Encoding.UTF8.GetString(bytes[(colon + 1)..count]);
    }
}
