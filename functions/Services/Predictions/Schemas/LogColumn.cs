namespace Serverless.Services.Predictions;

/// <summary>One column of the log.</summary>
/// <param name="Name">Its name in every format: <c>input_…</c>, <c>output_…</c>, <c>segment_…</c>, <c>entity_…</c>, or one of the fixed ones.</param>
/// <param name="Type">Of its values, or of its lists' items.</param>
/// <param name="List">Whether each row holds a list.</param>
public sealed record LogColumn(string Name, LogType Type, bool List = false);

/// <summary>The types that the log keeps. The numbers are stored: never change one.</summary>
public enum LogType
{
    /// <summary>A prediction's id: 16 bytes, read as text.</summary>
    Id = 1,
    /// <summary>True or false.</summary>
    Bool = 2,
    /// <summary>8 bits, signed.</summary>
    Int8 = 3,
    /// <summary>16 bits, signed.</summary>
    Int16 = 4,
    /// <summary>32 bits, signed.</summary>
    Int32 = 5,
    /// <summary>64 bits, signed.</summary>
    Int64 = 6,
    /// <summary>8 bits.</summary>
    UInt8 = 7,
    /// <summary>16 bits.</summary>
    UInt16 = 8,
    /// <summary>32 bits.</summary>
    UInt32 = 9,
    /// <summary>64 bits.</summary>
    UInt64 = 10,
    /// <summary>32-bit floating point; 16-bit forms are widened to it, which is exact.</summary>
    Float = 11,
    /// <summary>64-bit floating point.</summary>
    Double = 12,
    /// <summary>UTF-8 text.</summary>
    Text = 13,
    /// <summary>Milliseconds of Unix time.</summary>
    Time = 14,
}
