using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Serverless.Services.Predictions;

/// <summary>Rows and columns taken out of Arrow batches.</summary>
internal static class ArrowRows
{
    /// <summary>The batch with some of its columns; gives the memory of the others back.</summary>
    public static RecordBatch Project(RecordBatch batch, Func<string, bool> wanted)
    {
        var kept = Kept(batch, wanted);
        if (kept.Length == batch.ColumnCount) return batch;
        foreach (var column in Enumerable.Range(0, batch.ColumnCount).Except(kept)) batch.Column(column).Dispose();
        return new RecordBatch(SchemaOf(batch, kept), kept.Select(batch.Column), batch.Length);
    }

    /// <summary>A new batch of some columns and some rows, in the given order.</summary>
    public static RecordBatch Take(RecordBatch batch, Func<string, bool> wanted, ReadOnlySpan<int> rows)
    {
        var kept = Kept(batch, wanted);
        var arrays = new IArrowArray[kept.Length];
        for (var at = 0; at < arrays.Length; at++) arrays[at] = Take(batch.Column(kept[at]), rows);
        return new RecordBatch(SchemaOf(batch, kept), arrays, rows.Length);
    }

    private static int[] Kept(RecordBatch batch, Func<string, bool> wanted) =>
        [.. Enumerable.Range(0, batch.ColumnCount).Where(at => wanted(batch.Schema.GetFieldByIndex(at).Name))];

    private static Schema SchemaOf(RecordBatch batch, int[] kept) => new(kept.Select(batch.Schema.GetFieldByIndex), null);

    private static IArrowArray Take(IArrowArray array, ReadOnlySpan<int> rows)
    {
        var (validity, nulls) = Validity(array, rows);
        return array switch
        {
            StringArray texts => TakeTexts(texts, rows, validity, nulls),
            ListArray lists => TakeLists(lists, rows, validity, nulls),
            BooleanArray bools => FixedArrays.Build(BooleanType.Default, rows.Length, Bits(bools, rows), validity, nulls),
            { Data.DataType: FixedWidthType type } => FixedArrays.Build(type, rows.Length, Values(array, type.BitWidth / 8, rows), validity, nulls),
            _ => throw new InvalidDataException($"A column of {array.Data.DataType.Name} is not the log's."),
        };
    }

    private static (ArrowBuffer Bitmap, int Nulls) Validity(IArrowArray array, ReadOnlySpan<int> rows)
    {
        if (array.NullCount == 0) return (ArrowBuffer.Empty, 0);
        var bitmap = new byte[(rows.Length + 7) / 8];
        var nulls = 0;
        for (var at = 0; at < rows.Length; at++)
            if (array.IsNull(rows[at])) nulls++;
            else bitmap[at >> 3] |= (byte)(1 << (at & 7));
        return (new ArrowBuffer(bitmap), nulls);
    }

    private static ArrowBuffer Values(IArrowArray array, int size, ReadOnlySpan<int> rows)
    {
        var source = array.Data.Buffers[1].Span[(array.Offset * size)..];
        return size switch
        {
            1 => Gather<byte>(source, rows),
            2 => Gather<short>(source, rows),
            4 => Gather<int>(source, rows),
            _ => Gather<long>(source, rows),
        };
    }

    private static ArrowBuffer Gather<T>(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> rows) where T : unmanaged
    {
        var source = MemoryMarshal.Cast<byte, T>(bytes);
        var target = new T[rows.Length];
        for (var at = 0; at < rows.Length; at++) target[at] = source[rows[at]];
        return FixedArrays.Buffer<T>(target);
    }

    private static ArrowBuffer Bits(BooleanArray bools, ReadOnlySpan<int> rows)
    {
        var bits = new byte[(rows.Length + 7) / 8];
        for (var at = 0; at < rows.Length; at++)
            if (bools.GetValue(rows[at]) is true) bits[at >> 3] |= (byte)(1 << (at & 7));
        return new(bits);
    }

    private static StringArray TakeTexts(StringArray texts, ReadOnlySpan<int> rows, ArrowBuffer validity, int nulls)
    {
        var offsets = new int[rows.Length + 1];
        for (var at = 0; at < rows.Length; at++) offsets[at + 1] = offsets[at] + texts.GetValueLength(rows[at]);
        var data = new byte[offsets[^1]];
        for (var at = 0; at < rows.Length; at++) texts.GetBytes(rows[at]).CopyTo(data.AsSpan(offsets[at]));
        return new StringArray(rows.Length, FixedArrays.Buffer<int>(offsets), new(data), validity, nulls);
    }

    private static ListArray TakeLists(ListArray lists, ReadOnlySpan<int> rows, ArrowBuffer validity, int nulls)
    {
        var offsets = new int[rows.Length + 1];
        var items = new List<int>();
        for (var at = 0; at < rows.Length; at++)
        {
            var start = lists.ValueOffsets[rows[at]];
            for (var item = 0; item < lists.GetValueLength(rows[at]); item++) items.Add(start + item);
            offsets[at + 1] = items.Count;
        }
        return new ListArray(lists.Data.DataType, rows.Length, FixedArrays.Buffer<int>(offsets), Take(lists.Values, CollectionsMarshal.AsSpan(items)), validity, nulls);
    }
}
