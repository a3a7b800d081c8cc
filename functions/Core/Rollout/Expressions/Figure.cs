using Serverless.Core.Statistics;

namespace Serverless.Core.Rollout;

/// <summary>One piece of evidence.</summary>
/// <param name="Value">The figure; null where the rows cannot tell.</param>
/// <param name="Interval">How sure it is, where that is known.</param>
/// <param name="Count">The rows it stands on.</param>
/// <param name="Source">Where it comes from: a scan, an evaluation, a measurement.</param>
public sealed record Figure(double? Value, ConfidenceInterval? Interval, long Count, string Source)
{
    /// <summary>A figure without an interval.</summary>
    public static Figure Of(double value, long count, string source) => new(value, null, count, source);

    /// <summary>The value, an end of the interval, or the rows; null where there is none, or none that is finite.</summary>
    internal double? Part(FigurePart part) => Finite(part switch
    {
        FigurePart.Value => Value,
        FigurePart.Lower => Interval?.Low,
        FigurePart.Upper => Interval?.High,
        FigurePart.Count => Count,
    });

    internal static double? Finite(double? figure) => figure is { } number && double.IsFinite(number) ? number : null;
}

/// <summary>What an expression takes of a figure.</summary>
internal enum FigurePart
{
    Value,
    Lower,
    Upper,
    Count,
}
