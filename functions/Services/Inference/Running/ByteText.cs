namespace Serverless.Services.Inference.Running;

/// <summary>A short UTF-8 text in memory of its own, reused.</summary>
internal sealed class ByteText
{
    private byte[] bytes = new byte[64];
    private int length = -1;

    /// <summary>Whether there is one; it may be empty.</summary>
    public bool HasValue => length >= 0;

    /// <summary>The text.</summary>
    public ReadOnlySpan<byte> Utf8 => bytes.AsSpan(0, Math.Max(0, length));

    /// <summary>Room for a new text.</summary>
    public Span<byte> Room(int size)
    {
        if (bytes.Length < size) bytes = new byte[size];
        return bytes;
    }

    /// <summary>Keeps the first bytes of <see cref="Room"/>.</summary>
    public void Keep(int size) => length = size;

    /// <summary>There is none.</summary>
    public void Clear() => length = -1;
}
