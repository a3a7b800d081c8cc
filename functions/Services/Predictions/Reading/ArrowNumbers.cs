using System.Numerics;
using System.Numerics.Tensors;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Writes an Arrow array's values, NaN where there is none; false for an array of another type.</summary>
internal delegate bool ArrowNumbers<T>(IArrowArray array, Span<T> values)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>Arrow's numbers as floating-point values.</summary>
internal static class ArrowNumber
{
    /// <summary>Any number, time or length of text.</summary>
    public static bool Read<T>(IArrowArray array, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (array)
        {
            case FloatArray a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case DoubleArray a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case Int8Array a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case Int16Array a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case Int32Array a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case Int64Array a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case UInt8Array a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case UInt16Array a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case UInt32Array a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case UInt64Array a: TensorPrimitives.ConvertTruncating(a.Values, values); break;
            case TimestampArray a: Seconds(a, values); break;
            default: return false;
        }
        Blank(array, values);
        return true;
    }

    /// <summary>The lengths of vectors, √Σx².</summary>
    public static bool ReadNorms<T>(IArrowArray array, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (array is not ListArray lists)
            return false;
        var items = new T[lists.Values.Length];
        if (!Read(lists.Values, items.AsSpan()))
            return false;
        for (var row = 0; row < lists.Length; row++)
            values[row] = TensorPrimitives.Norm<T>(items.AsSpan(lists.ValueOffsets[row], lists.GetValueLength(row)));
        Blank(array, values);
        return true;
    }

    /// <summary>The lengths of texts, in characters.</summary>
    public static bool ReadLengths<T>(IArrowArray array, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (array is not StringArray texts)
            return false;
        for (var row = 0; row < texts.Length; row++)
            values[row] = T.CreateTruncating(System.Text.Encoding.UTF8.GetCharCount(texts.GetBytes(row)));
        Blank(array, values);
        return true;
    }

    private static void Seconds<T>(TimestampArray times, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var row = 0; row < times.Length; row++)
            values[row] = times.GetTimestamp(row) is { } time ? T.CreateTruncating((time - DateTimeOffset.UnixEpoch).TotalSeconds) : T.NaN;
    }

    private static void Blank<T>(IArrowArray array, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (array.NullCount == 0)
            return;
        for (var row = 0; row < values.Length; row++)
            if (array.IsNull(row))
                values[row] = T.NaN;
    }
}
