using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Serverless.Services.Events.Webhooks;

/// <summary>
/// Signatures as Standard Webhooks has them: <c>webhook-signature: v1,</c> and the Base64 of HMAC-SHA256 over
/// <c>{webhook-id}.{webhook-timestamp}.{body}</c>. A key that begins with <c>whsec_</c> is Base64; any other is its UTF-8.
/// </summary>
public static class WebhookSignature
{
    /// <summary>How far a timestamp may be off.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Prefix = "whsec_";
    private const string Version = "v1,";
    private const int LongestId = 256;

    // The last second of the year 9999.
    private const long LastSecond = 253_402_300_799;

    /// <summary>Whether a text can be a key.</summary>
    public static bool IsKey(string secret) => secret.StartsWith(Prefix, StringComparison.Ordinal)
        ? Convert.TryFromBase64String(secret[Prefix.Length..], new byte[256], out var count) && count is >= 16 and <= 128
        : secret.Length is >= 16 and <= 256;

    /// <summary>The signature's header.</summary>
    public static string Sign(string secret, string id, DateTimeOffset time, ReadOnlySpan<byte> body) => Version + Convert.ToBase64String(Hash(secret, id, Timestamp(time), body));

    /// <summary>The timestamp's header: seconds since 1970.</summary>
    public static string Timestamp(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Checks what somebody else has signed. Whoever takes a message remembers its id: within <see cref="Tolerance"/> it can come again.</summary>
    /// <param name="secret">What both sides know.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>.</param>
    /// <param name="signature">The header <c>webhook-signature</c>: one or several, separated by spaces, so that a secret can be changed without a gap.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="now">The receiver's clock.</param>
    /// <returns>What is wrong with it; null: it is theirs, and fresh.</returns>
    public static SignatureFlaw? Verify(string secret, string? id, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (id is not { Length: > 0 } || timestamp is not { Length: > 0 } || signature is not { Length: > 0 }) return SignatureFlaw.MissingHeader;
        // A dot in the id would let the parts be cut elsewhere under the same signature.
        if (id.Length > LongestId || id.Contains('.', StringComparison.Ordinal)) return SignatureFlaw.MalformedId;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > LastSecond) return SignatureFlaw.MalformedTimestamp;
        var age = now - DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (age > Tolerance) return SignatureFlaw.TooOld;
        if (age < -Tolerance) return SignatureFlaw.FromTheFuture;
        return Matches(signature, Hash(secret, id, timestamp, body)) ? null : SignatureFlaw.NoMatch;
    }

    // Every signature is compared, and each in the same time, whatever of it is right.
    private static bool Matches(string signatures, ReadOnlySpan<byte> expected)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var found = false;
        foreach (var one in signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            found |= one.StartsWith(Version, StringComparison.Ordinal) && Convert.TryFromBase64String(one[Version.Length..], given, out var count) && CryptographicOperations.FixedTimeEquals(given[..count], expected);
        return found;
    }

    private static byte[] Hash(string secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Key(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }

    private static byte[] Key(string secret) => secret.StartsWith(Prefix, StringComparison.Ordinal) ? Convert.FromBase64String(secret[Prefix.Length..]) : Encoding.UTF8.GetBytes(secret);
}
