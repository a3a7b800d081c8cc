using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>One column of a window, or of a segment of it.</summary>
/// <param name="Name">Its plain name: <c>age</c>, not <c>input_age</c>.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Values">Its values; beyond the reader's limit those of a uniform sample of the rows.</param>
public sealed record WindowColumn(string Name, ColumnType Type, FeatureColumn Values)
{
    /// <summary>Rows of the window.</summary>
    public long Rows { get; init; }

    /// <summary>Rows without a value.</summary>
    public long Missing { get; init; }

    /// <summary>Values that are not a number.</summary>
    public long NotANumber { get; init; }

    /// <summary>Values that are infinite.</summary>
    public long Infinite { get; init; }

    /// <summary>Rows whose value is of another type than the column's others.</summary>
    public long Mistyped { get; init; }

    /// <summary>The longest stretch of rows, in the order they were read, with one and the same value.</summary>
    public long LongestRun { get; init; }

    /// <summary>Rows of this segment only, <c>country=DE</c>; null for all.</summary>
    public string? Segment { get; init; }
}
