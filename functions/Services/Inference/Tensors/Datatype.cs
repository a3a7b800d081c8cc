using Microsoft.ML.OnnxRuntime.Tensors;
using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Tensors;

/// <summary>The Open Inference Protocol's names of element types, and their sizes.</summary>
internal static class Datatype
{
    private static readonly (ElementType Type, string Name)[] Known =
    [
        (ElementType.Float, "FP32"), (ElementType.Double, "FP64"), (ElementType.Int64, "INT64"), (ElementType.Int32, "INT32"),
        (ElementType.String, "BYTES"), (ElementType.Bool, "BOOL"), (ElementType.UInt8, "UINT8"), (ElementType.Int8, "INT8"),
        (ElementType.UInt16, "UINT16"), (ElementType.Int16, "INT16"), (ElementType.UInt32, "UINT32"), (ElementType.UInt64, "UINT64"),
        (ElementType.Float16, "FP16"), (ElementType.BFloat16, "BF16"),
    ];

    /// <summary>The protocol's name, or null for a type that no protocol carries.</summary>
    public static string? NameOf(ElementType type)
    {
        foreach (var (known, name) in Known)
            if (known == type) return name;
        return null;
    }

    /// <summary>The type of a name as a request spells it; <see cref="ElementType.Undefined"/> when there is none.</summary>
    public static ElementType Parse(ReadOnlySpan<byte> utf8)
    {
        foreach (var (type, name) in Known)
            if (System.Text.Ascii.Equals(utf8, name)) return type;
        return ElementType.Undefined;
    }

    /// <summary>Bytes of one element; 0 for text and for what no protocol carries.</summary>
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.Bool or ElementType.UInt8 or ElementType.Int8 => 1,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.UInt16 or ElementType.Int16 => 2,
        ElementType.Float or ElementType.UInt32 or ElementType.Int32 => 4,
        ElementType.Double or ElementType.UInt64 or ElementType.Int64 => 8,
        _ => 0,
    };

    /// <summary>ONNX Runtime numbers element types as the registry does.</summary>
    public static TensorElementType ToRuntime(ElementType type) => (TensorElementType)(int)type;

    /// <summary>ONNX Runtime numbers element types as the registry does.</summary>
    public static ElementType FromRuntime(TensorElementType type) =>
        (int)type is >= 0 and <= (int)ElementType.BFloat16 ? (ElementType)(int)type : ElementType.Other;

    /// <summary>Whether missing may be written as NaN.</summary>
    public static bool IsFloatingPoint(ElementType type) =>
        type is ElementType.Float or ElementType.Double or ElementType.Float16 or ElementType.BFloat16;
}
