using System.Runtime.InteropServices;
using System.Text;

namespace Serverless.Services.Predictions;

/// <summary>A column of texts. As long as every row has the same text, it is kept once.</summary>
internal class TextColumnBuffer : ColumnBuffer
{
    private byte[] data = new byte[256];
    private int[] offsets = new int[65];
    private int used;
    private string? only;
    private bool spread;

    public override int Bytes => spread ? used + Rows * 4 : only?.Length ?? 0;

    public override void Append(ReadOnlySpan<byte> rows, int first, int stride, int count) => throw new NotSupportedException("A column of texts.");

    public override void AppendText(ReadOnlySpan<byte> utf8)
    {
        Spread();
        utf8.CopyTo(Room(utf8.Length));
        used += utf8.Length;
        End();
    }

    /// <summary>The same text, or null, for some rows.</summary>
    public void Fill(string? text, int count)
    {
        if (text is null)
        {
            AppendNulls(count);
            return;
        }
        if (!spread && (Rows == 0 || text == only))
        {
            only = text;
            Advance(count);
            return;
        }
        Spread();
        for (var row = 0; row < count; row++) Write(text);
    }

    protected override void Skip(int count)
    {
        Spread();
        EnsureOffsets(count);
        offsets.AsSpan(Rows + 1, count).Fill(used);
    }

    protected override ColumnKind Kind() => spread ? ColumnKind.Dense : ColumnKind.Constant;

    protected override void EncodeConstant(BlockBuffer block)
    {
        var length = Encoding.UTF8.GetByteCount(only!);
        BitConverter.TryWriteBytes(block.Take(4), length);
        Encoding.UTF8.GetBytes(only!, block.Take(length));
    }

    protected override void EncodeValues(BlockBuffer block)
    {
        MemoryMarshal.AsBytes(offsets.AsSpan(0, Rows + 1)).CopyTo(block.Take((Rows + 1) * 4));
        data.AsSpan(0, used).CopyTo(block.Take(used));
    }

    protected override void Reset()
    {
        used = 0;
        only = null;
        spread = false;
    }

    // From here on every row has its own text; those before had the one.
    private void Spread()
    {
        if (spread) return;
        spread = true;
        offsets[0] = 0;
        if (only is not { } text) return;
        var length = Encoding.UTF8.GetByteCount(text);
        EnsureOffsets(0);
        for (var row = 0; row < Rows; row++)
        {
            Encoding.UTF8.GetBytes(text, Room(length));
            used += length;
            offsets[row + 1] = used;
        }
    }

    private void Write(string text)
    {
        used += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));
        End();
    }

    private void End()
    {
        EnsureOffsets(1);
        offsets[Rows + 1] = used;
        Advance(1);
    }

    private Span<byte> Room(int length)
    {
        if (used + length > data.Length) Array.Resize(ref data, Math.Max(used + length, data.Length * 2));
        return data.AsSpan(used, length);
    }

    private void EnsureOffsets(int count)
    {
        if (Rows + count + 1 > offsets.Length) Array.Resize(ref offsets, Math.Max(Rows + count + 1, offsets.Length * 2));
    }
}
