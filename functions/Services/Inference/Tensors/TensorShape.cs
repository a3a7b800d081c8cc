using Serverless.Core.Problems;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference.Tensors;

/// <summary>What a shape must fulfil: its own arithmetic, the data, and the model's signature.</summary>
internal static class TensorShape
{
    /// <summary>How many elements a shape stands for.</summary>
    /// <exception cref="ProblemException">A negative dimension, or more elements than memory can hold.</exception>
    public static int CountElements(ReadOnlySpan<long> shape, string name)
    {
        long count = 1;
        var overflows = false;
        var empty = false;
        foreach (var size in shape)
        {
            if (size < 0) throw Refuse.Tensor(name, $"has the shape {Write(shape)}, with a negative dimension.");
            empty |= size == 0;
            overflows |= Math.BigMul(count, size, out count) != 0 || count is < 0 or > int.MaxValue;
            if (overflows) count = 1;
        }
        if (empty) return 0;
        if (overflows) throw Refuse.Tensor(name, $"has the shape {Write(shape)}, with more values than a request can hold.");
        return (int)count;
    }

    /// <summary>Checks a shape against what the model declares.</summary>
    public static void CheckDeclared(ReadOnlySpan<long> shape, ValueSlot slot)
    {
        if (slot.Dimensions is not { } declared) return;
        var fits = declared.Length == shape.Length;
        for (var index = 0; fits && index < declared.Length; index++) fits = declared[index] < 0 || declared[index] == shape[index];
        if (!fits) throw Refuse.Tensor(slot.Name, $"has the shape {Write(shape)}; the model takes {Write(declared)}, -1 standing for any size.");
    }

    /// <summary>States a tensor's shape after its data is there.</summary>
    public static void Set(TensorBuffer buffer, ReadOnlySpan<long> shape, ValueSlot slot)
    {
        CheckDeclared(shape, slot);
        var count = CountElements(shape, slot.Name);
        if (count != buffer.Count)
            throw Refuse.Tensor(slot.Name, $"has {buffer.Count} values; its shape {Write(shape)} stands for {count}.");
        buffer.SetShape(shape);
    }

    /// <summary>Fills in the one open dimension that follows from the number of elements; more than one stay open.</summary>
    public static long[] Deduce(long[] shape, int count)
    {
        var open = Array.IndexOf(shape, -1);
        var known = shape.Where(size => size >= 0).Aggregate(1L, (product, size) => product * size);
        if (open >= 0 && Array.LastIndexOf(shape, -1) == open && known > 0 && count % known == 0) shape[open] = count / known;
        return shape;
    }

    /// <summary>The number of rows of a model whose first dimension varies: all inputs must agree.</summary>
    public static int CountRows(InferenceCall call, int maximum)
    {
        var rows = call.Input(0).Shape[0];
        for (var index = 1; index < call.Servable.Inputs.Length; index++)
            if (call.Input(index).Shape[0] != rows)
                throw Refuse.Tensor(call.Servable.Inputs[index].Name, $"has {call.Input(index).Shape[0]} rows; \"{call.Servable.Inputs[0].Name}\" has {rows}.");
        if (rows == 0) throw Refuse.Tensor(call.Servable.Inputs[0].Name, "has no rows.");
        if (rows > maximum) throw new ProblemException(ProblemKind.BodyTooLarge, $"A request may hold {maximum} rows; this one has {rows}.");
        return (int)rows;
    }

    /// <summary>A shape as JSON writes it.</summary>
    public static string Write(ReadOnlySpan<long> shape) => $"[{string.Join(",", shape.ToArray())}]";
}
