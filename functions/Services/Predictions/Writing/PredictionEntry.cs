using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>
/// One request on its way into the log. The caller fills it, hands it to <see cref="PredictionLog.WriteAsync"/> and forgets it:
/// everything was copied, so the caller's buffers are its own again at once.
/// </summary>
public sealed class PredictionEntry : IDisposable
{
    private const int InitialBytes = 512;
    private const int LargestKept = 1 << 16;
    private const int KeptOfEachSize = 1024;
    private const int ShortestLimit = 128;

    // Requests rent on their threads, the log's loop returns many at once: more than the shared pool would keep.
    // Larger ones are the shared pool's, which gives memory back after a rush.
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(LargestKept, KeptOfEachSize);

    private readonly Slot[] slots;
    private readonly PredictionHeader header;
    private byte[] buffer;
    private int used;

    internal PredictionEntry(ModelName model, PredictionSchema schema, in PredictionHeader header)
    {
        (Model, Schema, this.header) = (model, schema, header);
        slots = new Slot[schema.Tensors.Count];
        buffer = Rent((int)Math.Min(Math.Max(InitialBytes, (long)schema.RowBytes * header.Rows), Array.MaxLength));
    }

    internal ModelName Model { get; }

    internal PredictionSchema Schema { get; }

    internal ref readonly PredictionHeader Header => ref header;

    internal int Bytes => used;

    /// <summary>Tensors that its rows refer to and that are stored beside them; null as a rule.</summary>
    internal LargeTensorList? Large { get; private set; }

    internal long AcceptedAt { get; set; }

    internal long Charge { get; set; }

    internal TaskCompletionSource? Durable { get; set; }

    /// <summary>The span of the request, when it is recorded.</summary>
    internal System.Diagnostics.Activity? Request { get; set; }

    /// <summary>Keeps a tensor of fixed-size elements, row by row as it lies in memory.</summary>
    /// <param name="tensor">Its place in <see cref="PredictionSchema.Tensors"/>.</param>
    /// <param name="elements">Its bytes, little-endian.</param>
    public void Tensor(int tensor, ReadOnlySpan<byte> elements)
    {
        var layout = Schema.Tensors[tensor];
        if (layout.Columns.Count == 0) return;
        if (layout.List && (layout.Columns[0] is null || elements.Length / Header.Rows > Schema.Policy.LargeTensorBytes))
        {
            HashRows(tensor, elements);
            return;
        }
        var start = used;
        if (layout.Type is ElementType.Float16 or ElementType.BFloat16) Widen(layout.Type, elements);
        else elements.CopyTo(Take(elements.Length));
        Check(layout, (used - start) / LogTypes.Size(LogTypes.Of(layout.Type)!.Value));
        slots[tensor] = new(start, used - start, SlotKind.Values);
    }

    /// <summary>Keeps a tensor of fixed-size elements.</summary>
    public void Tensor<T>(int tensor, ReadOnlySpan<T> elements) where T : unmanaged => Tensor(tensor, MemoryMarshal.AsBytes(elements));

    /// <summary>Keeps a tensor of texts; null is kept as null.</summary>
    public void Texts(int tensor, ReadOnlySpan<string?> elements) => Texts(tensor, new Strings(elements));

    /// <summary>Keeps a tensor of texts.</summary>
    public void Texts<T>(int tensor, T elements) where T : IUtf8Texts, allows ref struct
    {
        var layout = Schema.Tensors[tensor];
        if (layout.Columns.Count == 0) return;
        if (layout.List && layout.Columns[0] is null)
        {
            HashTexts(tensor, elements);
            return;
        }
        Check(layout, elements.Count);
        var start = used;
        for (var at = 0; at < elements.Count; at++) Text(elements.TryGet(at, out var utf8), utf8);
        slots[tensor] = new(start, used - start, SlotKind.Values);
    }

    /// <summary>Gives the memory back; the log does this for an entry that it was handed.</summary>
    public void Dispose()
    {
        if (buffer.Length == 0) return;
        Return(buffer);
        buffer = [];
    }

    internal bool TryGet(int tensor, out ReadOnlySpan<byte> values, out bool hashed)
    {
        var slot = slots[tensor];
        values = buffer.AsSpan(slot.Start, slot.Length);
        hashed = slot.Kind == SlotKind.Hashes;
        return slot.Kind != SlotKind.Missing;
    }

    private void Check(TensorLayout layout, int elements)
    {
        if (layout.List || elements == Header.Rows * layout.Columns.Count) return;
        throw new ArgumentException($"'{layout.Name}' has {elements} elements where {Header.Rows} rows of {layout.Columns.Count} were announced.", nameof(elements));
    }

    // A text beyond the limit is kept as its hash too, so that no row outgrows a block.
    private void Text(bool given, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Math.Max(Schema.Policy.LargeTensorBytes, ShortestLimit)) utf8 = LargeText(utf8);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), given ? utf8.Length : -1);
        utf8.CopyTo(Take(utf8.Length));
    }

    private static byte[] LargeText(ReadOnlySpan<byte> utf8) => Encoding.ASCII.GetBytes($"sha256:{Convert.ToHexStringLower(SHA256.HashData(utf8))}");

    private void HashRows(int tensor, ReadOnlySpan<byte> elements)
    {
        var (start, rows) = (used, Header.Rows);
        var size = elements.Length / rows;
        for (var row = 0; row < rows; row++)
        {
            var bytes = elements.Slice(row * size, size);
            var hash = Take(32);
            SHA256.HashData(bytes, hash);
            // A rule that asks for a hash asks that the values be kept nowhere.
            if (Schema.Policy.LargeTensors == LargeTensors.Blob && Schema.Tensors[tensor].Columns[0] is not null) (Large ??= new()).Add(row, Convert.ToHexStringLower(hash), bytes);
        }
        slots[tensor] = new(start, used - start, SlotKind.Hashes);
    }

    private void HashTexts<T>(int tensor, T elements) where T : IUtf8Texts, allows ref struct
    {
        var (start, rows) = (used, Header.Rows);
        var size = elements.Count / rows;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var row = 0; row < rows; row++)
        {
            for (var at = row * size; at < (row + 1) * size; at++)
            {
                elements.TryGet(at, out var utf8);
                hash.AppendData(utf8);
                hash.AppendData([0]);
            }
            hash.GetHashAndReset(Take(32));
        }
        slots[tensor] = new(start, used - start, SlotKind.Hashes);
    }

    private void Widen(ElementType type, ReadOnlySpan<byte> elements)
    {
        var floats = MemoryMarshal.Cast<byte, float>(Take(elements.Length * 2));
        if (type == ElementType.Float16)
            System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(elements), floats);
        else
            for (var at = 0; at < floats.Length; at++)
                floats[at] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(elements[(at * 2)..]) << 16);
    }

    private static byte[] Rent(int length) => (length <= LargestKept ? Pool : ArrayPool<byte>.Shared).Rent(length);

    private static void Return(byte[] buffer) => (buffer.Length <= LargestKept ? Pool : ArrayPool<byte>.Shared).Return(buffer);

    private Span<byte> Take(int length)
    {
        if (length > buffer.Length - used)
        {
            var larger = Rent(Math.Max(used + length, buffer.Length * 2));
            buffer.AsSpan(0, used).CopyTo(larger);
            Return(buffer);
            buffer = larger;
        }
        used += length;
        return buffer.AsSpan(used - length, length);
    }

    private readonly ref struct Strings(ReadOnlySpan<string?> elements) : IUtf8Texts
    {
        private readonly ReadOnlySpan<string?> elements = elements;

        public int Count => elements.Length;

        public bool TryGet(int index, out ReadOnlySpan<byte> utf8)
        {
            utf8 = elements[index] is { } text ? Encoding.UTF8.GetBytes(text) : [];
            return elements[index] is not null;
        }
    }

    private readonly record struct Slot(int Start, int Length, SlotKind Kind);

    private enum SlotKind : byte
    {
        Missing,
        Values,
        Hashes,
    }
}
