namespace Serverless.Core.Statistics;

/// <summary>A figure, how sure it is, and how many rows it stands on.</summary>
/// <param name="Value">Null where the figure is undefined on these rows: 0/0, one class only, too few rows.</param>
/// <param name="Interval">Null where no sound interval exists.</param>
/// <param name="Count">The rows used.</param>
public readonly record struct Estimate(double? Value, ConfidenceInterval? Interval, int Count)
{
    /// <summary>An undefined figure.</summary>
    public static Estimate Undefined(int count) => new(null, null, count);
}
