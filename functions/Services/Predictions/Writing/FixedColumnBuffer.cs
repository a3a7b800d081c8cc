using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Services.Predictions;

/// <summary>A column of numbers, booleans or ids.</summary>
internal class FixedColumnBuffer<T> : ColumnBuffer where T : unmanaged, IEquatable<T>
{
    private T[] values = new T[64];

    public override int Bytes => Rows * Unsafe.SizeOf<T>();

    public override void Append(ReadOnlySpan<byte> rows, int first, int stride, int count)
    {
        var source = MemoryMarshal.Cast<byte, T>(rows)[first..];
        var target = Next(count);
        if (stride == 1) source[..count].CopyTo(target);
        else Gather(source, stride, target);
    }

    public void Fill(T value, int count) => Next(count).Fill(value);

    /// <summary>Room for the next rows, which the caller fills.</summary>
    public Span<T> Next(int count)
    {
        Ensure(count);
        Advance(count);
        return values.AsSpan(Rows - count, count);
    }

    protected override void Skip(int count)
    {
        Ensure(count);
        values.AsSpan(Rows, count).Clear();
    }

    // Bits, not values: -0 and 0 are equal but not the same, and NaN is the same as itself.
    protected override ColumnKind Kind()
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan(0, Rows));
        if (bytes[Unsafe.SizeOf<T>()..].SequenceEqual(bytes[..^Unsafe.SizeOf<T>()])) return ColumnKind.Constant;
        return NarrowNumbers.WidthOf<T>(values.AsSpan(0, Rows)) < Unsafe.SizeOf<T>() ? ColumnKind.Narrow : ColumnKind.Dense;
    }

    protected override void EncodeNarrow(BlockBuffer block)
    {
        var width = NarrowNumbers.WidthOf<T>(values.AsSpan(0, Rows));
        BinaryPrimitives.WriteInt32LittleEndian(block.Take(sizeof(int)), width);
        NarrowNumbers.Narrow<T>(values.AsSpan(0, Rows), width, block.Take(Rows * width));
    }

    protected override void EncodeConstant(BlockBuffer block) =>
        MemoryMarshal.AsBytes(values.AsSpan(0, 1)).CopyTo(block.Take(Unsafe.SizeOf<T>()));

    protected override void EncodeValues(BlockBuffer block)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan(0, Rows));
        bytes.CopyTo(block.Take(bytes.Length));
    }

    protected override void Reset()
    {
    }

    private static void Gather(ReadOnlySpan<T> source, int stride, Span<T> target)
    {
        for (int row = 0, at = 0; row < target.Length; row++, at += stride) target[row] = source[at];
    }

    private void Ensure(int count)
    {
        if (Rows + count > values.Length) Array.Resize(ref values, Math.Max(Rows + count, values.Length * 2));
    }
}
