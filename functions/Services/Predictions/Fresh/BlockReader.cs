using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Serverless.Services.Predictions;

/// <summary>Reads a block's columns as Arrow arrays. Dense values are not copied: they stay in the block.</summary>
internal static class BlockReader
{
    /// <summary>The columns that are asked for, in the block's order; <see cref="LogColumns.Time"/> comes after the id.</summary>
    public static RecordBatch Read(IReadOnlyList<LogColumn> columns, ReadOnlyMemory<byte> payload, int rows, Func<string, bool> wanted)
    {
        var fields = new List<Field>();
        var arrays = new List<IArrowArray>();
        foreach (var column in columns)
        {
            var cursor = new ColumnCursor(payload);
            var time = column.Type == LogType.Id && wanted(LogColumns.Time);
            if (wanted(column.Name)) Add(column, Read(column, cursor, rows));
            if (time) Add(new(LogColumns.Time, LogType.Time), FixedArrays.Times(cursor, rows));
            payload = cursor.Rest;
        }
        return new RecordBatch(new Schema(fields, null), arrays, rows);

        void Add(LogColumn column, IArrowArray array)
        {
            fields.Add(new Field(column.Name, array.Data.DataType, nullable: true));
            arrays.Add(array);
        }
    }

    private static IArrowArray Read(LogColumn column, ColumnCursor cursor, int rows)
    {
        if (cursor.Kind == ColumnKind.Narrow && (column.List || column.Type is not (LogType.Int32 or LogType.Int64 or LogType.Time))) throw new InvalidDataException("Only whole numbers are narrowed.");
        if (cursor.Kind == ColumnKind.Runs && column.Type != LogType.Id) throw new InvalidDataException("Only ids come in runs.");
        if (column.List) return ReadList(column, cursor, rows);
        return column.Type switch
        {
            LogType.Id => FixedArrays.Ids(cursor, rows),
            LogType.Text => ReadText(cursor, rows),
            LogType.Bool => FixedArrays.Bools(cursor, rows),
            _ => FixedArrays.Values(ArrowTypes.Of(column), LogTypes.Size(column.Type), cursor, rows),
        };
    }

    private static StringArray ReadText(ColumnCursor cursor, int rows)
    {
        if (cursor.Kind == ColumnKind.Nulls) return (StringArray)ArrowTypes.Nulls(StringType.Default, rows);
        if (cursor.Kind == ColumnKind.Constant) return FixedArrays.Repeat(cursor.Take(BinaryPrimitives.ReadInt32LittleEndian(cursor.Take(4).Span)).Span, rows);
        var (validity, nulls) = cursor.Validity(rows);
        var (offsets, length) = Offsets(cursor, rows);
        return new StringArray(rows, offsets, new ArrowBuffer(cursor.Take(length)), validity, nulls);
    }

    private static IArrowArray ReadList(LogColumn column, ColumnCursor cursor, int rows)
    {
        var type = ArrowTypes.Of(column);
        if (cursor.Kind == ColumnKind.Nulls) return ArrowTypes.Nulls(type, rows);
        var (validity, nulls) = cursor.Validity(rows);
        var (offsets, length) = Offsets(cursor, rows);
        var items = Read(column with { List = false }, cursor.Child(), length);
        return new ListArray(type, rows, offsets, items, validity, nulls);
    }

    private static (ArrowBuffer Offsets, int Length) Offsets(ColumnCursor cursor, int rows)
    {
        var bytes = cursor.Take((rows + 1) * 4);
        var offsets = MemoryMarshal.Cast<byte, int>(bytes.Span);
        for (var row = 0; row < rows; row++)
            if (offsets[row] < 0 || offsets[row] > offsets[row + 1]) throw new InvalidDataException("A column's offsets do not rise.");
        return (new ArrowBuffer(bytes), offsets[rows]);
    }
}
