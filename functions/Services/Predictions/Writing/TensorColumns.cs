using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>The columns of one tensor.</summary>
internal sealed class TensorColumns
{
    private readonly ColumnBuffer?[] columns;
    private readonly TextColumnBuffer? hash;
    private readonly TensorLayout layout;
    private readonly int size;

    public TensorColumns(TensorLayout layout, byte[] hashKey)
    {
        this.layout = layout;
        size = layout.Columns.Count == 0 ? 0 : LogTypes.Size(LogTypes.Of(layout.Type)!.Value);
        columns = [.. layout.Columns.Select((column, at) => column is null ? null : Create(layout, column, layout.Rules[at], hashKey))];
        hash = layout.Hash is null ? null : new();
    }

    /// <summary>In the schema's order.</summary>
    public IEnumerable<ColumnBuffer> Columns => columns.Append(hash).OfType<ColumnBuffer>();

    public void AppendNulls(int count)
    {
        foreach (var column in columns) column?.AppendNulls(count);
        hash?.AppendNulls(count);
    }

    public void Append(ReadOnlySpan<byte> values, bool hashed, int rows, int first, int count, int tileRows)
    {
        if (hashed) AppendHashes(values, first, count);
        else if (size == 0) AppendTexts(values, rows, first, count);
        else if (layout.List) AppendLists(values, rows, first, count);
        // A tile at a time: it stays in the cache while each column takes its share.
        else
            for (var row = first; row < first + count; row += tileRows)
                for (var column = 0; column < columns.Length; column++)
                    columns[column]?.Append(values, row * columns.Length + column, columns.Length, Math.Min(tileRows, first + count - row));
    }

    private void AppendHashes(ReadOnlySpan<byte> hashes, int first, int count)
    {
        Span<byte> text = stackalloc byte[64];
        for (var row = first; row < first + count; row++)
        {
            Convert.TryToHexStringLower(hashes.Slice(row * 32, 32), text, out _);
            hash!.AppendText(text);
        }
        columns[0]?.AppendNulls(count);
    }

    // Elements that do not divide by the rows are not by row: they are kept with the first.
    private void AppendLists(ReadOnlySpan<byte> values, int rows, int first, int count)
    {
        var elements = values.Length / size;
        hash?.AppendNulls(count);
        if (elements % rows == 0)
        {
            columns[0]!.Append(values, first * (elements / rows), elements / rows, count);
            return;
        }
        if (first == 0) columns[0]!.Append(values, 0, elements, 1);
        columns[0]!.AppendNulls(first == 0 ? count - 1 : count);
    }

    private void AppendTexts(ReadOnlySpan<byte> values, int rows, int first, int count)
    {
        var width = layout.List ? Count(values) / rows : columns.Length;
        var reader = new TextReader(values);
        for (var skip = 0; skip < first * width; skip++) reader.Next(out _);
        for (var row = 0; row < count; row++)
        {
            if (columns[0] is ListColumnBuffer list) list.AppendTexts(ref reader, width);
            else
                foreach (var column in columns)
                    if (!reader.Next(out var utf8)) column?.AppendNulls(1);
                    else column?.AppendText(utf8);
        }
        hash?.AppendNulls(count);
    }

    private static int Count(ReadOnlySpan<byte> texts)
    {
        var count = 0;
        for (var reader = new TextReader(texts); reader.HasMore; count++) reader.Next(out _);
        return count;
    }

    private static ColumnBuffer Create(TensorLayout layout, LogColumn column, FeatureRule? rule, byte[] hashKey)
    {
        var raw = LogTypes.Of(layout.Type)!.Value;
        if (column.List) return new ListColumnBuffer(Plain(raw));
        return rule?.Kind switch
        {
            FeatureRuleKind.Hash => new HashedColumnBuffer(hashKey, LogTypes.Size(raw)),
            FeatureRuleKind.Bucket => Bucket(raw, rule.Width),
            FeatureRuleKind.Keep or FeatureRuleKind.Drop or null => Plain(raw),
        };
    }

    private static ColumnBuffer Plain(LogType type) => type switch
    {
        LogType.Id => new FixedColumnBuffer<UInt128>(),
        LogType.Bool or LogType.UInt8 => new FixedColumnBuffer<byte>(),
        LogType.Int8 => new FixedColumnBuffer<sbyte>(),
        LogType.Int16 => new FixedColumnBuffer<short>(),
        LogType.UInt16 => new FixedColumnBuffer<ushort>(),
        LogType.Int32 => new FixedColumnBuffer<int>(),
        LogType.UInt32 => new FixedColumnBuffer<uint>(),
        LogType.Int64 or LogType.Time => new FixedColumnBuffer<long>(),
        LogType.UInt64 => new FixedColumnBuffer<ulong>(),
        LogType.Float => new FixedColumnBuffer<float>(),
        LogType.Double => new FixedColumnBuffer<double>(),
        LogType.Text => new TextColumnBuffer(),
    };

    private static ColumnBuffer Bucket(LogType type, double width) => type switch
    {
        LogType.Int8 => new BucketColumnBuffer<sbyte>(width),
        LogType.UInt8 => new BucketColumnBuffer<byte>(width),
        LogType.Int16 => new BucketColumnBuffer<short>(width),
        LogType.UInt16 => new BucketColumnBuffer<ushort>(width),
        LogType.Int32 => new BucketColumnBuffer<int>(width),
        LogType.UInt32 => new BucketColumnBuffer<uint>(width),
        LogType.Int64 => new BucketColumnBuffer<long>(width),
        LogType.UInt64 => new BucketColumnBuffer<ulong>(width),
        LogType.Float => new BucketColumnBuffer<float>(width),
        LogType.Double => new BucketColumnBuffer<double>(width),
        LogType.Id or LogType.Bool or LogType.Time or LogType.Text => Plain(type),
    };
}
