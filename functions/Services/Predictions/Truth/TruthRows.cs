using System.Runtime.InteropServices;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Statements as columns and back.</summary>
internal sealed class TruthRows(TruthKind kind)
{
    private readonly string value = TruthColumns.Value(kind);
    private readonly TextPool texts = new();

    /// <summary>Adds a batch's rows.</summary>
    /// <exception cref="InvalidDataException">A column is missing, or a value is none that we write.</exception>
    public void Read(RecordBatch batch, List<TruthRow> rows, Func<PredictionId, bool>? wanted = null)
    {
        var (ids, values, types) = (Texts(batch, LogColumns.Id), Texts(batch, value), Texts(batch, value + TruthColumns.Type));
        var (times, received) = (Times(batch, value + TruthColumns.Time), Times(batch, TruthColumns.Received));
        var names = kind == TruthKind.Outcomes ? Texts(batch, TruthColumns.Name) : null;
        for (var row = 0; row < batch.Length; row++)
        {
            var id = BatchFilter.IdAt(ids, row);
            if (wanted?.Invoke(id) is false) continue;
            rows.Add(new(id, names is null ? "" : texts.Text(names, row), new(TypeOf(types, row), texts.Text(values, row)), times.Values[row], received.Values[row]));
        }
    }

    /// <summary>Rows as an Arrow batch: for compacted files.</summary>
    public RecordBatch Write(IReadOnlyList<TruthRow> rows)
    {
        var (ids, times, values, types) = (new StringArray.Builder(), new long[rows.Count], new StringArray.Builder(), new StringArray.Builder());
        var (numbers, own, received, names) = (new DoubleArray.Builder(), new long[rows.Count], new long[rows.Count], new StringArray.Builder());
        for (var at = 0; at < rows.Count; at++)
        {
            var row = rows[at];
            ids.Append(row.Id.ToString());
            values.Append(row.Value.Text);
            types.Append(Type(row.Value.Type));
            numbers.Append(row.Value.Number);
            names.Append(row.Name);
            (times[at], own[at], received[at]) = (row.Id.Milliseconds, row.Time, row.Received);
        }
        var columns = new List<(string Name, IArrowArray Array)>
        {
            (LogColumns.Id, ids.Build()), (LogColumns.Time, Times(times)), (value, values.Build()), (value + TruthColumns.Type, types.Build()),
            (value + TruthColumns.Number, numbers.Build()), (value + TruthColumns.Time, Times(own)), (TruthColumns.Received, Times(received)),
        };
        if (kind == TruthKind.Outcomes) columns.Insert(2, (TruthColumns.Name, names.Build()));
        return new(new Schema(columns.Select(column => new Field(column.Name, column.Array.Data.DataType, nullable: true)), null), columns.Select(column => column.Array), rows.Count);
    }

    /// <summary>Rows as a whole block: for fresh blobs.</summary>
    public byte[] Block(IReadOnlyList<TruthRow> rows, string? model, string writer)
    {
        using var block = new BlockBuffer(rows.Count * 80 + 512);
        if (model is not null)
        {
            var schema = new FreshSchema(model, writer, TruthColumns.Stored(kind)).ToBlock();
            schema.CopyTo(block.Take(schema.Length));
        }
        var start = block.Length;
        block.Take(Frame.HeadBytes);
        foreach (var column in Columns(rows)) column.Encode(block);
        new Frame(FrameKind.Rows, block.Length - start - Frame.HeadBytes, rows.Count, 0).Seal(block.Span[start..]);
        return block.Span.ToArray();
    }

    private IEnumerable<ColumnBuffer> Columns(IReadOnlyList<TruthRow> rows)
    {
        yield return Ids(rows);
        yield return Texts(rows, row => row.Value.Text);
        yield return Texts(rows, row => Type(row.Value.Type));
        yield return Numbers(rows);
        yield return Times(rows, row => row.Time);
        yield return Times(rows, row => row.Received);
        if (kind == TruthKind.Outcomes) yield return Texts(rows, row => row.Name);
    }

    private static FixedColumnBuffer<UInt128> Ids(IReadOnlyList<TruthRow> rows)
    {
        var column = new FixedColumnBuffer<UInt128>();
        var bytes = MemoryMarshal.AsBytes(column.Next(rows.Count));
        for (var at = 0; at < rows.Count; at++) rows[at].Id.Write(bytes[(at * 16)..]);
        return column;
    }

    private static TextColumnBuffer Texts(IReadOnlyList<TruthRow> rows, Func<TruthRow, string> text)
    {
        var column = new TextColumnBuffer();
        foreach (var row in rows) column.Fill(text(row), 1);
        return column;
    }

    private static FixedColumnBuffer<double> Numbers(IReadOnlyList<TruthRow> rows)
    {
        var column = new FixedColumnBuffer<double>();
        foreach (var row in rows)
            if (row.Value.Number is { } number) column.Fill(number, 1);
            else column.AppendNulls(1);
        return column;
    }

    private static FixedColumnBuffer<long> Times(IReadOnlyList<TruthRow> rows, Func<TruthRow, long> time)
    {
        var column = new FixedColumnBuffer<long>();
        foreach (var row in rows) column.Fill(time(row), 1);
        return column;
    }

    private static IArrowArray Times(long[] times) => FixedArrays.Build(ArrowTypes.Time, times.Length, FixedArrays.Buffer<long>(times), ArrowBuffer.Empty, 0);

    private static string Type(TruthType type) => type switch
    {
        TruthType.String => "string",
        TruthType.Number => "number",
        TruthType.Boolean => "boolean",
    };

    private static TruthType TypeOf(StringArray types, int row) => types.GetBytes(row) switch
    {
        var bytes when bytes.SequenceEqual("string"u8) => TruthType.String,
        var bytes when bytes.SequenceEqual("number"u8) => TruthType.Number,
        var bytes when bytes.SequenceEqual("boolean"u8) => TruthType.Boolean,
        _ => throw new InvalidDataException("A value's type is unknown."),
    };

    private static StringArray Texts(RecordBatch batch, string column) =>
        batch.Schema.GetFieldIndex(column) is >= 0 and var at && batch.Column(at) is StringArray array ? array : throw new InvalidDataException($"There is no column {column} of texts.");

    private static TimestampArray Times(RecordBatch batch, string column) =>
        batch.Schema.GetFieldIndex(column) is >= 0 and var at && batch.Column(at) is TimestampArray array ? array : throw new InvalidDataException($"There is no column {column} of times.");
}
