using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>How ONNX's element types are kept.</summary>
public static class LogTypes
{
    /// <summary>The type that keeps an element; null for one that the log does not keep.</summary>
    public static LogType? Of(ElementType element) => element switch
    {
        ElementType.Float or ElementType.Float16 or ElementType.BFloat16 => LogType.Float,
        ElementType.Double => LogType.Double,
        ElementType.Bool => LogType.Bool,
        ElementType.Int8 => LogType.Int8,
        ElementType.Int16 => LogType.Int16,
        ElementType.Int32 => LogType.Int32,
        ElementType.Int64 => LogType.Int64,
        ElementType.UInt8 => LogType.UInt8,
        ElementType.UInt16 => LogType.UInt16,
        ElementType.UInt32 => LogType.UInt32,
        ElementType.UInt64 => LogType.UInt64,
        ElementType.String => LogType.Text,
        ElementType.Complex64 or ElementType.Complex128 or ElementType.Undefined or ElementType.Other => null,
    };

    /// <summary>Bytes of one value; 0 for text.</summary>
    public static int Size(LogType type) => type switch
    {
        LogType.Id => 16,
        LogType.Bool or LogType.Int8 or LogType.UInt8 => 1,
        LogType.Int16 or LogType.UInt16 => 2,
        LogType.Int32 or LogType.UInt32 or LogType.Float => 4,
        LogType.Int64 or LogType.UInt64 or LogType.Double or LogType.Time => 8,
        LogType.Text => 0,
    };
}
