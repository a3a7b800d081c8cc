using System.Security.Cryptography;

namespace Serverless.Services.Predictions;

/// <summary>A column whose values are kept as keyed hashes: HMAC-SHA-256 of the value's bytes, its first 16 bytes as hexadecimal text.</summary>
/// <param name="key">The key.</param>
/// <param name="size">Bytes of one element; 0 for text.</param>
internal sealed class HashedColumnBuffer(byte[] key, int size) : TextColumnBuffer
{
    public override void Append(ReadOnlySpan<byte> rows, int first, int stride, int count)
    {
        for (var row = 0; row < count; row++) AppendText(rows.Slice((first + row * stride) * size, size));
    }

    public override void AppendText(ReadOnlySpan<byte> utf8)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(key, utf8, hash);
        Span<byte> text = stackalloc byte[32];
        Convert.TryToHexStringLower(hash[..16], text, out _);
        base.AppendText(text);
    }

    /// <summary>What a value becomes: whoever knows the key can look for it.</summary>
    public static string Hash(byte[] key, ReadOnlySpan<byte> value) => Convert.ToHexStringLower(HMACSHA256.HashData(key, value).AsSpan(0, 16));
}
