using Apache.Arrow;
using Apache.Arrow.Types;

namespace Serverless.Services.Predictions;

/// <summary>The log's types as Arrow has them.</summary>
internal static class ArrowTypes
{
    public static TimestampType Time { get; } = new(TimeUnit.Millisecond, "UTC");

    public static IArrowType Of(LogColumn column) => column.List ? new ListType(new Field("item", Of(column.Type), nullable: true)) : Of(column.Type);

    public static IArrowType Of(LogType type) => type switch
    {
        LogType.Id or LogType.Text => StringType.Default,
        LogType.Bool => BooleanType.Default,
        LogType.Int8 => Int8Type.Default,
        LogType.Int16 => Int16Type.Default,
        LogType.Int32 => Int32Type.Default,
        LogType.Int64 => Int64Type.Default,
        LogType.UInt8 => UInt8Type.Default,
        LogType.UInt16 => UInt16Type.Default,
        LogType.UInt32 => UInt32Type.Default,
        LogType.UInt64 => UInt64Type.Default,
        LogType.Float => FloatType.Default,
        LogType.Double => DoubleType.Default,
        LogType.Time => Time,
    };

    /// <summary>A column without any value.</summary>
    public static IArrowArray Nulls(IArrowType type, int rows)
    {
        var bitmap = new ArrowBuffer(new byte[(rows + 7) / 8]);
        return type switch
        {
            StringType => new StringArray(rows, new(new byte[(rows + 1) * 4]), ArrowBuffer.Empty, bitmap, rows),
            ListType list => new ListArray(list, rows, new(new byte[(rows + 1) * 4]), Nulls(list.ValueDataType, 0), bitmap, rows),
            BooleanType => FixedArrays.Build(type, rows, new(new byte[(rows + 7) / 8]), bitmap, rows),
            FixedWidthType width => FixedArrays.Build(type, rows, new(new byte[rows * width.BitWidth / 8]), bitmap, rows),
            _ => throw new InvalidDataException($"The log has no columns of {type.Name}."),
        };
    }
}
