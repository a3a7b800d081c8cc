using System.Text.Json;
using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Tensors;

/// <summary>Sets one element of a tensor whose count is set.</summary>
internal static class JsonScalar
{
    /// <summary>From the token that the reader stands on; false when it is of another kind or beyond the type's range.</summary>
    public static bool TrySet(ref Utf8JsonReader reader, TensorBuffer target, int index) => target.Type switch
    {
        ElementType.Float => Set<float, SingleElement>(ref reader, target, index),
        ElementType.Double => Set<double, DoubleElement>(ref reader, target, index),
        ElementType.Int64 => Set<long, IntegerElement<long>>(ref reader, target, index),
        ElementType.Int32 => Set<int, IntegerElement<int>>(ref reader, target, index),
        ElementType.Int16 => Set<short, IntegerElement<short>>(ref reader, target, index),
        ElementType.Int8 => Set<sbyte, IntegerElement<sbyte>>(ref reader, target, index),
        ElementType.UInt64 => Set<ulong, IntegerElement<ulong>>(ref reader, target, index),
        ElementType.UInt32 => Set<uint, IntegerElement<uint>>(ref reader, target, index),
        ElementType.UInt16 => Set<ushort, IntegerElement<ushort>>(ref reader, target, index),
        ElementType.UInt8 => Set<byte, IntegerElement<byte>>(ref reader, target, index),
        ElementType.Bool => Set<bool, BooleanElement>(ref reader, target, index),
        ElementType.Float16 => Set<Half, HalfElement>(ref reader, target, index),
        ElementType.BFloat16 => Set<ushort, BFloat16Element>(ref reader, target, index),
        ElementType.String => SetText(ref reader, target, index),
        _ => false,
    };

    /// <summary>NaN or the empty text; false where the type has nothing that stands for missing.</summary>
    public static bool TrySetMissing(TensorBuffer target, int index)
    {
        switch (target.Type)
        {
            case ElementType.Float: target.Set(index, float.NaN); return true;
            case ElementType.Double: target.Set(index, double.NaN); return true;
            case ElementType.Float16: target.Set(index, Half.NaN); return true;
            case ElementType.BFloat16: target.Set(index, BFloat16Element.FromSingle(float.NaN)); return true;
            case ElementType.String: target.SetText(index, []); return true;
            default: return false;
        }
    }

    private static bool Set<T, TElement>(ref Utf8JsonReader reader, TensorBuffer target, int index)
        where T : unmanaged
        where TElement : struct, IJsonElement<T>
    {
        if (!TElement.TryRead(ref reader, out var element)) return false;
        target.Set(index, element);
        return true;
    }

    private static bool SetText(ref Utf8JsonReader reader, TensorBuffer target, int index)
    {
        if (reader.TokenType != JsonTokenType.String) return false;
        target.CommitText(index, reader.CopyString(target.TextRoom(reader.ValueSpan.Length)));
        return true;
    }
}
