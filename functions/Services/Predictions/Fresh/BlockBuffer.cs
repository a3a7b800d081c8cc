using System.Buffers;
using System.Buffers.Binary;

namespace Serverless.Services.Predictions;

/// <summary>Pooled bytes that grow while a block is put together. Every piece starts at a multiple of eight.</summary>
internal sealed class BlockBuffer(int capacity) : IDisposable
{
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public Memory<byte> Memory => bytes.AsMemory(0, Length);

    public Span<byte> Span => bytes.AsSpan(0, Length);

    public Span<byte> Take(int length)
    {
        var padded = (length + 7) & ~7;
        if (padded > bytes.Length - Length) Grow(padded);
        var taken = bytes.AsSpan(Length, padded);
        taken[length..].Clear();
        Length += padded;
        return taken[..length];
    }

    public void Clear() => Length = 0;

    /// <summary>A column's head; <see cref="EndColumn"/> fills in how long it became.</summary>
    public int BeginColumn(ColumnKind kind)
    {
        var head = Take(8);
        head.Clear();
        head[0] = (byte)kind;
        return Length;
    }

    public void EndColumn(int start) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(start - 4), Length - start);

    public void Dispose()
    {
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
        Length = 0;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + needed, bytes.Length * 2));
        bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
