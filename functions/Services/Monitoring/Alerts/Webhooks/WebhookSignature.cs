using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>
/// Signatures as Standard Webhooks has them: <c>webhook-signature: v1,</c> and the Base64 of HMAC-SHA256 over
/// <c>{webhook-id}.{webhook-timestamp}.{body}</c>. A key that begins with <c>whsec_</c> is Base64; any other is its UTF-8.
/// </summary>
public static class WebhookSignature
{
    private const string Prefix = "whsec_";

    /// <summary>Whether a text can be a key.</summary>
    public static bool IsKey(string secret) => secret.StartsWith(Prefix, StringComparison.Ordinal)
        ? Convert.TryFromBase64String(secret[Prefix.Length..], new byte[256], out var count) && count is >= 16 and <= 128
        : secret.Length is >= 16 and <= 256;

    /// <summary>The signature's header.</summary>
    public static string Sign(string secret, string id, DateTimeOffset time, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes($"{id}.{Timestamp(time)}.");
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Key(secret));
        hmac.AppendData(head);
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }

    /// <summary>The timestamp's header: seconds since 1970.</summary>
    public static string Timestamp(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static byte[] Key(string secret) => secret.StartsWith(Prefix, StringComparison.Ordinal) ? Convert.FromBase64String(secret[Prefix.Length..]) : Encoding.UTF8.GetBytes(secret);
}
