using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Tensors;

/// <summary>
/// One tensor under construction, in native memory that ONNX Runtime reads in place. Reused by request after request:
/// the runtime's value is made anew only when type, shape or memory have changed.
/// </summary>
internal sealed unsafe class TensorBuffer : IDisposable
{
    private const int KeptBytes = 256 << 10;
    private const int FirstBytes = 1024;

    private byte* memory;
    private int capacity;
    private int textBytes;
    private TextRange[] texts = [];
    private long[] shape = [];
    private OrtValue? value;

    /// <summary>The elements' type.</summary>
    public ElementType Type { get; private set; }

    /// <summary>How many elements there are.</summary>
    public int Count { get; private set; }

    /// <summary>The memory it holds, in bytes.</summary>
    public int Capacity => capacity;

    /// <summary>The dimensions.</summary>
    public ReadOnlySpan<long> Shape => shape;

    /// <summary>The dimensions, which nobody changes: another shape is another array.</summary>
    public long[] Dimensions => shape;

    /// <summary>The fixed-size elements as bytes.</summary>
    public Span<byte> Bytes => new(memory, Count * Datatype.SizeOf(Type));

    /// <summary>Starts a new tensor of no elements.</summary>
    public void Reset(ElementType type)
    {
        if (Type != type) Forget();
        (Type, Count, textBytes) = (type, 0, 0);
        if (memory is null) Grow(FirstBytes);
    }

    /// <summary>Makes room for elements whose number is known; their values are undefined until they are set.</summary>
    public void SetCount(int count)
    {
        if (Type == ElementType.String) GrowTexts(count);
        else if ((long)count * Datatype.SizeOf(Type) > capacity) Grow((long)count * Datatype.SizeOf(Type));
        Count = count;
    }

    /// <summary>One more element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<T>(T element) where T : unmanaged
    {
        if ((long)(Count + 1) * sizeof(T) > capacity) Grow((long)(Count + 1) * sizeof(T));
        ((T*)memory)[Count++] = element;
    }

    /// <summary>One element of a tensor whose count is set.</summary>
    public void Set<T>(int index, T element) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        ((T*)memory)[index] = element;
    }

    /// <summary>One more text.</summary>
    public void AddText(ReadOnlySpan<byte> utf8)
    {
        GrowTexts(Count + 1);
        SetText(Count++, utf8);
    }

    /// <summary>One text of a tensor whose count is set.</summary>
    public void SetText(int index, ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(TextRoom(utf8.Length));
        CommitText(index, utf8.Length);
    }

    /// <summary>Room for a text of at most so many bytes; <see cref="CommitText"/> keeps what was written.</summary>
    public Span<byte> TextRoom(int bytes)
    {
        if ((long)textBytes + bytes > capacity) Grow((long)textBytes + bytes);
        return new(memory + textBytes, bytes);
    }

    /// <summary>Keeps the first bytes of <see cref="TextRoom"/> as a text.</summary>
    public void CommitText(int index, int bytes)
    {
        texts[index] = new(textBytes, bytes);
        textBytes += bytes;
    }

    /// <summary>A text's bytes.</summary>
    public ReadOnlySpan<byte> Text(int index) => new(memory + texts[index].Start, texts[index].Length);

    /// <summary>States the dimensions; the caller has checked them against <see cref="Count"/>.</summary>
    public void SetShape(ReadOnlySpan<long> dimensions)
    {
        if (shape.AsSpan().SequenceEqual(dimensions)) return;
        shape = dimensions.ToArray();
        Forget();
    }

    /// <summary>The tensor as ONNX Runtime takes it; it stays this buffer's, and serves until the next <see cref="Reset"/>.</summary>
    public OrtValue ToValue()
    {
        if (Type == ElementType.String) return MakeText();
        return value ??= OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, Datatype.ToRuntime(Type), shape, (nint)memory, Bytes.Length);
    }

    /// <summary>Gives back what a large request made grow, so that the pool stays small.</summary>
    public void Trim()
    {
        if (capacity > KeptBytes) Free();
        if (texts.Length > KeptBytes / sizeof(TextRange)) texts = [];
        if (Type == ElementType.String) Forget();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>A pool may drop a buffer without disposing of it.</summary>
    ~TensorBuffer() => NativeMemory.AlignedFree(memory);

    private OrtValue MakeText()
    {
        Forget();
        value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (var index = 0; index < Count; index++) value.StringTensorSetElementAt(Text(index), index);
        return value;
    }

    private void GrowTexts(int count)
    {
        if (count > texts.Length) Array.Resize(ref texts, Math.Max(count, Math.Max(16, texts.Length * 2)));
    }

    private void Grow(long bytes)
    {
        if (bytes > Array.MaxLength) throw new ProblemException(ProblemKind.BodyTooLarge, "A tensor may have 2 GiB at most.");
        var wanted = (int)Math.Min(Array.MaxLength, Math.Max(bytes, capacity * 2L));
        Forget();
        var old = memory;
        var used = Math.Min(capacity, wanted);
        memory = (byte*)NativeMemory.AlignedAlloc((nuint)wanted, 64);
        if (old is not null) Buffer.MemoryCopy(old, memory, wanted, used);
        NativeMemory.AlignedFree(old);
        capacity = wanted;
    }

    private void Forget()
    {
        value?.Dispose();
        value = null;
    }

    private void Free()
    {
        Forget();
        NativeMemory.AlignedFree(memory);
        (capacity, Count) = (0, 0);
        memory = null;
    }

    private readonly record struct TextRange(int Start, int Length);
}
