using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Events.Webhooks;

/// <summary>Secrets of webhooks as they are kept: AES-GCM, bound to the webhook's id, so that one cannot be put in another's place.</summary>
public sealed partial class WebhookVault
{
    private const string Prefix = "sealed:v1:";
    private const int NonceSize = 12, TagSize = 16;

    private readonly byte[] key;
    private readonly bool configured;
    private readonly ILogger<WebhookVault> logger;
    private bool warned;

    /// <summary>A vault under the configured key; without one, under a key that follows from the storage account's name.</summary>
    /// <param name="options">The key.</param>
    /// <param name="tables">The account.</param>
    /// <param name="logger">Says that no key is configured.</param>
    public WebhookVault(IOptions<WebhooksOptions> options, TableServiceClient tables, ILogger<WebhookVault> logger)
    {
        (this.logger, configured) = (logger, options.Value.SecretKey is not null);
        var origin = options.Value.SecretKey is { } given ? Convert.FromBase64String(given) : Encoding.UTF8.GetBytes(tables.AccountName);
        key = HKDF.DeriveKey(HashAlgorithmName.SHA256, origin, 32, info: "webhook secrets"u8.ToArray());
    }

    /// <summary>A secret as it is kept.</summary>
    public string Seal(string id, string secret)
    {
        if (!configured && !Interlocked.Exchange(ref warned, true)) Log.NoSecretKey(logger);
        var plain = Encoding.UTF8.GetBytes(secret);
        var box = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceSize));
        using var cipher = new AesGcm(key, TagSize);
        cipher.Encrypt(box.AsSpan(0, NonceSize), plain, box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(id));
        return Prefix + Convert.ToBase64String(box);
    }

    /// <summary>A secret that was kept; one from before secrets were sealed is itself.</summary>
    /// <exception cref="CryptographicException">It was sealed under another key, or for another webhook.</exception>
    public string Open(string id, string kept)
    {
        if (!kept.StartsWith(Prefix, StringComparison.Ordinal)) return kept;
        var box = Convert.FromBase64String(kept[Prefix.Length..]);
        var plain = new byte[box.Length - NonceSize - TagSize];
        using var cipher = new AesGcm(key, TagSize);
        cipher.Decrypt(box.AsSpan(0, NonceSize), box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize), plain, Encoding.UTF8.GetBytes(id));
        return Encoding.UTF8.GetString(plain);
    }

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Warning, "Webhooks have secrets and Webhooks:SecretKey is not set: they are encrypted under a key that follows from the storage account's name")]
        public static partial void NoSecretKey(ILogger logger);
    }
}
