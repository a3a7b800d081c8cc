using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Serverless.Services.Predictions;

/// <summary>Arrow arrays of columns with fixed-size values.</summary>
internal static class FixedArrays
{
    private const int IdText = 36;
    private const int IdBytes = 16;

    public static IArrowArray Values(IArrowType type, int size, ColumnCursor cursor, int rows)
    {
        if (cursor.Kind == ColumnKind.Nulls) return ArrowTypes.Nulls(type, rows);
        if (cursor.Kind == ColumnKind.Constant) return Build(type, rows, new(Tile(cursor.Take(size).Span, rows)), ArrowBuffer.Empty, 0);
        if (cursor.Kind == ColumnKind.Narrow) return Build(type, rows, new(Widen(cursor, size, rows)), ArrowBuffer.Empty, 0);
        var (validity, nulls) = cursor.Validity(rows);
        return Build(type, rows, new(cursor.Take(rows * size)), validity, nulls);
    }

    private static byte[] Widen(ColumnCursor cursor, int size, int rows)
    {
        var width = BinaryPrimitives.ReadInt32LittleEndian(cursor.Take(sizeof(int)).Span);
        if (width is not (1 or 2 or 4) || width >= size) throw new InvalidDataException("A column's numbers are as wide as no number is.");
        return NarrowNumbers.Widen(cursor.Take(rows * width).Span, width, size);
    }

    public static IArrowArray Bools(ColumnCursor cursor, int rows)
    {
        if (cursor.Kind == ColumnKind.Nulls) return ArrowTypes.Nulls(BooleanType.Default, rows);
        var (validity, nulls) = cursor.Validity(rows);
        var values = cursor.Kind == ColumnKind.Constant ? Tile(cursor.Take(1).Span, rows) : cursor.Take(rows);
        var bits = new byte[(rows + 7) / 8];
        for (var row = 0; row < rows; row++)
            if (values.Span[row] != 0) bits[row >> 3] |= (byte)(1 << (row & 7));
        return Build(BooleanType.Default, rows, new(bits), validity, nulls);
    }

    /// <summary>Ids as texts.</summary>
    public static StringArray Ids(ColumnCursor cursor, int rows)
    {
        var ids = IdsOf(cursor, rows).Span;
        var offsets = new int[rows + 1];
        var text = new byte[rows * IdText];
        for (var row = 0; row < rows; row++)
        {
            PredictionId.Read(ids.Slice(row * IdBytes, IdBytes)).Value.TryFormat(text.AsSpan(row * IdText), out _, "D");
            offsets[row + 1] = (row + 1) * IdText;
        }
        return new StringArray(rows, Buffer<int>(offsets), new ArrowBuffer(text), ArrowBuffer.Empty, 0);
    }

    /// <summary>The ids' times.</summary>
    public static IArrowArray Times(ColumnCursor cursor, int rows)
    {
        var ids = IdsOf(cursor, rows).Span;
        var times = new long[rows];
        for (var row = 0; row < rows; row++) times[row] = (long)(BinaryPrimitives.ReadUInt64BigEndian(ids[(row * IdBytes)..]) >> 16);
        return Build(ArrowTypes.Time, rows, Buffer<long>(times), ArrowBuffer.Empty, 0);
    }

    public static StringArray Repeat(ReadOnlySpan<byte> utf8, int rows)
    {
        var offsets = new int[rows + 1];
        for (var row = 1; row <= rows; row++) offsets[row] = offsets[row - 1] + utf8.Length;
        return new StringArray(rows, Buffer<int>(offsets), new ArrowBuffer(Tile(utf8, rows)), ArrowBuffer.Empty, 0);
    }

    public static ArrowBuffer Buffer<T>(ReadOnlySpan<T> values) where T : unmanaged => new(MemoryMarshal.AsBytes(values).ToArray());

    public static IArrowArray Build(IArrowType type, int rows, ArrowBuffer values, ArrowBuffer validity, int nulls) =>
        ArrowArrayFactory.BuildArray(new ArrayData(type, rows, nulls, 0, [validity, values]));

    // Without taking them: the times are read from the same bytes.
    private static ReadOnlyMemory<byte> IdsOf(ColumnCursor cursor, int rows) => cursor.Kind switch
    {
        ColumnKind.Constant => Tile(cursor.Peek(IdBytes).Span, rows),
        ColumnKind.Dense => cursor.Peek(rows * IdBytes),
        ColumnKind.Runs => Unroll(cursor.Fork(), rows),
        ColumnKind.Nulls or ColumnKind.Nullable or ColumnKind.Narrow => throw new InvalidDataException("A row has no id."),
    };

    private static byte[] Unroll(ColumnCursor cursor, int rows)
    {
        var runs = BinaryPrimitives.ReadInt32LittleEndian(cursor.Take(4).Span);
        if (runs < 0 || runs > rows) throw new InvalidDataException("A column of ids has more runs than rows.");
        var firsts = cursor.Take(runs * IdBytes).Span;
        var counts = MemoryMarshal.Cast<byte, int>(cursor.Take(runs * sizeof(int)).Span);
        var ids = new byte[rows * IdBytes];
        var at = 0;
        for (var run = 0; run < runs; run++)
        {
            var first = BinaryPrimitives.ReadUInt128BigEndian(firsts[(run * IdBytes)..]);
            if (counts[run] < 0 || counts[run] > rows - (at / IdBytes)) throw new InvalidDataException("A column of ids has more ids than rows.");
            for (var row = 0; row < counts[run]; row++, at += IdBytes) BinaryPrimitives.WriteUInt128BigEndian(ids.AsSpan(at), first + (uint)row);
        }
        return at == ids.Length ? ids : throw new InvalidDataException("A column of ids has fewer ids than rows.");
    }

    private static ReadOnlyMemory<byte> Tile(ReadOnlySpan<byte> value, int rows)
    {
        var bytes = new byte[value.Length * rows];
        if (value.Length == 0) return bytes;
        value.CopyTo(bytes);
        for (var filled = value.Length; filled < bytes.Length; filled *= 2)
            bytes.AsSpan(0, Math.Min(filled, bytes.Length - filled)).CopyTo(bytes.AsSpan(filled));
        return bytes;
    }
}
