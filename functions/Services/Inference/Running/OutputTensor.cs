using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.Running;

/// <summary>One output, as a tensor: the runtime's own memory, or what a map or a sequence was made into.</summary>
internal sealed unsafe class OutputTensor : IDisposable
{
    private OrtValue? value;
    private TensorBuffer? own;
    private TensorBuffer? texts;
    private byte* data;
    private int firstText;
    private long[] dimensions = [];

    /// <summary>The output.</summary>
    public ValueSlot Slot { get; private set; } = null!;

    /// <summary>The elements' type.</summary>
    public ElementType Type { get; private set; }

    /// <summary>The dimensions.</summary>
    public ReadOnlySpan<long> Shape => dimensions;

    /// <summary>How many elements there are.</summary>
    public int Count { get; private set; }

    /// <summary>A map's keys, in the order of the tensor's last dimension; null for what was a tensor.</summary>
    public string[]? Labels { get; private set; }

    /// <summary>Elements that belong to one row.</summary>
    public int RowLength => dimensions.Length == 0 || dimensions[0] == 0 ? Count : (int)(Count / dimensions[0]);

    /// <summary>The elements as bytes.</summary>
    public ReadOnlySpan<byte> Bytes => new(data, Count * Datatype.SizeOf(Type));

    /// <summary>The elements.</summary>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged => new(data, Count);

    /// <summary>One text.</summary>
    public ReadOnlySpan<byte> Text(int index) =>
        texts is not null ? texts.Text(firstText + index) : value!.GetStringElementAsSpan(firstText + index);

    /// <summary>Takes over what the runtime has yielded; valid until its results are disposed of.</summary>
    public void Read(OrtValue yielded, ValueSlot slot)
    {
        (Slot, Labels, firstText, texts) = (slot, null, 0, null);
        if (yielded.IsTensor) ReadTensor(yielded);
        else
        {
            own ??= new();
            Labels = ComposedOutput.Read(yielded, slot, own);
            texts = own;
            (Type, Count, dimensions) = (own.Type, own.Count, own.Shape.ToArray());
            if (Type != ElementType.String) data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(own.Bytes));
        }
        if (Datatype.NameOf(Type) is null)
            throw new ProblemException(ProblemKind.NotSupported, $"Output \"{slot.Name}\" has the element type {Type}, which no response can carry.");
    }

    /// <summary>Prepares memory for so many rows, for the runtime to write to.</summary>
    public OrtValue Prepare(ValueSlot slot, int rows)
    {
        own ??= new();
        own.Reset(slot.Type);
        Span<long> shape = stackalloc long[slot.RowShape!.Length + 1];
        shape[0] = rows;
        slot.RowShape.CopyTo(shape[1..]);
        own.SetCount(TensorShape.CountElements(shape, slot.Name));
        own.SetShape(shape);
        (Slot, Labels, Type, Count, dimensions) = (slot, null, slot.Type, own.Count, own.Dimensions);
        data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(own.Bytes));
        return own.ToValue();
    }

    /// <summary>Some rows of another output.</summary>
    public void Slice(OutputTensor whole, int firstRow, int rows)
    {
        (Slot, Type, Labels, value) = (whole.Slot, whole.Type, whole.Labels, whole.value);
        dimensions = (long[])whole.dimensions.Clone();
        dimensions[0] = rows;
        var first = firstRow * whole.RowLength;
        Count = rows * whole.RowLength;
        firstText = whole.firstText + first;
        data = whole.data + (long)first * Datatype.SizeOf(Type);
        texts = whole.texts;
    }

    /// <summary>Lets go of the runtime's memory.</summary>
    public void Forget()
    {
        (value, texts, Count) = (null, null, 0);
        data = null;
        own?.Trim();
    }

    /// <inheritdoc/>
    public void Dispose() => own?.Dispose();

    private void ReadTensor(OrtValue yielded)
    {
        var info = yielded.GetTensorTypeAndShape();
        (value, Type, dimensions, Count) = (yielded, Datatype.FromRuntime(info.ElementDataType), info.Shape, checked((int)info.ElementCount));
        if (Type != ElementType.String && Count > 0)
            data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(yielded.GetTensorMutableRawData()));
    }
}
