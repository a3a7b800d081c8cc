using System.Buffers.Binary;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Walks through one column of a block, never beyond its end.</summary>
internal sealed class ColumnCursor
{
    private ReadOnlyMemory<byte> data;

    public ColumnCursor(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < 8) throw new InvalidDataException("A block ends within a column's head.");
        Kind = (ColumnKind)bytes.Span[0];
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[4..]);
        if (length < 0 || length > bytes.Length - 8 || Kind > ColumnKind.Narrow) throw new InvalidDataException("A column's head does not fit its block.");
        data = bytes.Slice(8, length);
        Rest = bytes[(8 + length)..];
    }

    private ColumnCursor(ColumnCursor other) => (Kind, data, Rest) = (other.Kind, other.data, other.Rest);

    public ColumnKind Kind { get; }

    /// <summary>What follows the column.</summary>
    public ReadOnlyMemory<byte> Rest { get; }

    public ReadOnlyMemory<byte> Take(int length)
    {
        var padded = (length + 7) & ~7;
        if (length < 0 || padded > data.Length) throw new InvalidDataException("A column is shorter than its rows.");
        var taken = data[..length];
        data = data[padded..];
        return taken;
    }

    /// <summary>What is left, without taking it.</summary>
    public ReadOnlyMemory<byte> Peek(int length) =>
        length <= data.Length ? data[..length] : throw new InvalidDataException("A column is shorter than its rows.");

    /// <summary>A list's items.</summary>
    public ColumnCursor Child() => new(data);

    /// <summary>Another walk from here on.</summary>
    public ColumnCursor Fork() => new(this);

    public (ArrowBuffer Bitmap, int Nulls) Validity(int rows)
    {
        if (Kind != ColumnKind.Nullable) return (ArrowBuffer.Empty, 0);
        var bitmap = Take((rows + 7) / 8);
        return (new ArrowBuffer(bitmap), rows - BitUtility.CountBits(bitmap.Span, 0, rows));
    }
}
