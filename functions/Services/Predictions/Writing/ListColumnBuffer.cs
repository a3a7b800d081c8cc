using System.Runtime.InteropServices;

namespace Serverless.Services.Predictions;

/// <summary>A column of lists.</summary>
internal sealed class ListColumnBuffer(ColumnBuffer items) : ColumnBuffer
{
    private int[] offsets = new int[65];

    public override int Bytes => items.Bytes + Rows * 4;

    /// <summary>Each row takes <paramref name="stride"/> elements.</summary>
    public override void Append(ReadOnlySpan<byte> rows, int first, int stride, int count)
    {
        if (stride > 0) items.Append(rows, first, 1, stride * count);
        End(stride, count);
    }

    /// <summary>One row of texts, one after the other as an entry keeps them.</summary>
    public void AppendTexts(ref TextReader texts, int count)
    {
        for (var at = 0; at < count; at++)
            if (texts.Next(out var utf8)) items.AppendText(utf8);
            else items.AppendNulls(1);
        End(count, 1);
    }

    protected override void Skip(int count)
    {
        Ensure(count);
        offsets.AsSpan(Rows + 1, count).Fill(offsets[Rows]);
    }

    protected override ColumnKind Kind() => ColumnKind.Dense;

    protected override void EncodeConstant(BlockBuffer block) => throw new NotSupportedException("Lists are never constant.");

    protected override void EncodeValues(BlockBuffer block)
    {
        MemoryMarshal.AsBytes(offsets.AsSpan(0, Rows + 1)).CopyTo(block.Take((Rows + 1) * 4));
        items.Encode(block);
    }

    protected override void Reset() => items.Clear();

    private void End(int length, int count)
    {
        Ensure(count);
        for (var row = 0; row < count; row++)
        {
            offsets[Rows + 1] = offsets[Rows] + length;
            Advance(1);
        }
    }

    private void Ensure(int count)
    {
        if (Rows + count + 1 > offsets.Length) Array.Resize(ref offsets, Math.Max(Rows + count + 1, offsets.Length * 2));
    }
}
