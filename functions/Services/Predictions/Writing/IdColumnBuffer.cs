using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Serverless.Services.Predictions;

/// <summary>The column of ids. A request's rows follow each other, so its first id and their number say them all.</summary>
internal sealed class IdColumnBuffer : ColumnBuffer
{
    private const int IdBytes = 16;

    private readonly List<UInt128> firsts = [];
    private readonly List<int> counts = [];

    public override int Bytes => firsts.Count * (IdBytes + sizeof(int));

    /// <summary>Takes some rows of a request.</summary>
    public void Add(PredictionId id, int first, int count)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        id.Write(bytes);
        firsts.Add((BinaryPrimitives.ReadUInt128BigEndian(bytes) & ~(UInt128)(PredictionId.MaximumRows - 1)) + (uint)first);
        counts.Add(count);
        Advance(count);
    }

    public override void Append(ReadOnlySpan<byte> rows, int first, int stride, int count) => throw new NotSupportedException("A column of ids.");

    protected override void Skip(int count) => throw new NotSupportedException("Every row has an id.");

    // Runs where they are shorter than an id for each row.
    protected override ColumnKind Kind() => Rows == 1 ? ColumnKind.Constant : Bytes < Rows * IdBytes ? ColumnKind.Runs : ColumnKind.Dense;

    protected override void EncodeConstant(BlockBuffer block) => BinaryPrimitives.WriteUInt128BigEndian(block.Take(IdBytes), firsts[0]);

    protected override void EncodeValues(BlockBuffer block)
    {
        var ids = block.Take(Rows * IdBytes);
        for (int run = 0, at = 0; run < firsts.Count; run++)
            for (var row = 0; row < counts[run]; row++, at += IdBytes) BinaryPrimitives.WriteUInt128BigEndian(ids[at..], firsts[run] + (uint)row);
    }

    protected override void EncodeRuns(BlockBuffer block)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block.Take(sizeof(int)), counts.Count);
        var ids = block.Take(firsts.Count * IdBytes);
        for (var run = 0; run < firsts.Count; run++) BinaryPrimitives.WriteUInt128BigEndian(ids[(run * IdBytes)..], firsts[run]);
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(counts)).CopyTo(block.Take(counts.Count * sizeof(int)));
    }

    protected override void Reset()
    {
        firsts.Clear();
        counts.Clear();
    }
}
