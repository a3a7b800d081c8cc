namespace Serverless.Services.Predictions;

/// <summary>One column of the block that is being filled.</summary>
internal abstract class ColumnBuffer
{
    private readonly List<(int Start, int Count)> nulls = [];

    public int Rows { get; private set; }

    /// <summary>About how many bytes its values take.</summary>
    public abstract int Bytes { get; }

    /// <summary>Takes one column out of rows of fixed-size elements.</summary>
    /// <param name="rows">The rows, element by element.</param>
    /// <param name="first">The column's first element.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="count">Rows to take.</param>
    public abstract void Append(ReadOnlySpan<byte> rows, int first, int stride, int count);

    /// <summary>Takes one text.</summary>
    public virtual void AppendText(ReadOnlySpan<byte> utf8) => throw new NotSupportedException("Not a column of texts.");

    public void AppendNulls(int count)
    {
        if (count == 0) return;
        nulls.Add((Rows, count));
        Skip(count);
        Rows += count;
    }

    public void Encode(BlockBuffer block)
    {
        var isNull = nulls.Sum(range => range.Count);
        var kind = isNull == Rows ? ColumnKind.Nulls : isNull > 0 ? ColumnKind.Nullable : Kind();
        var start = block.BeginColumn(kind);
        if (kind == ColumnKind.Nullable) EncodeValidity(block.Take((Rows + 7) / 8));
        if (kind == ColumnKind.Constant) EncodeConstant(block);
        else if (kind == ColumnKind.Runs) EncodeRuns(block);
        else if (kind == ColumnKind.Narrow) EncodeNarrow(block);
        else if (kind != ColumnKind.Nulls) EncodeValues(block);
        block.EndColumn(start);
    }

    public void Clear()
    {
        nulls.Clear();
        Rows = 0;
        Reset();
    }

    protected void Advance(int count) => Rows += count;

    /// <summary>Makes room for null rows.</summary>
    protected abstract void Skip(int count);

    /// <summary>How it is stored best where no row is null.</summary>
    protected abstract ColumnKind Kind();

    protected abstract void EncodeConstant(BlockBuffer block);

    protected abstract void EncodeValues(BlockBuffer block);

    protected virtual void EncodeRuns(BlockBuffer block) => throw new NotSupportedException("Only ids come in runs.");

    protected virtual void EncodeNarrow(BlockBuffer block) => throw new NotSupportedException("Only whole numbers are narrowed.");

    protected abstract void Reset();

    private void EncodeValidity(Span<byte> bitmap)
    {
        bitmap.Fill(0xff);
        foreach (var (start, count) in nulls)
            for (var row = start; row < start + count; row++) bitmap[row >> 3] &= (byte)~(1 << (row & 7));
    }
}
