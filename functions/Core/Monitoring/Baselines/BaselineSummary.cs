using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>From a column's values to its figures, and to what it promises.</summary>
public static class BaselineSummary
{
    private const int MostCategories = 100, Commonest = 20;

    // How much further than seen a value may lie, in shares of the range: the extremes of a sample are not those of what it was drawn from.
    private const double Margin = 0.1;

    private static readonly double[] Levels = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1];

    /// <summary>The figures of a column.</summary>
    public static BaselineColumn Of(WindowColumn column, ColumnRole role, string watched) => new(column.Name, role, column.Type, column.Rows, column.Missing + column.Mistyped)
    {
        Watched = watched,
        NotANumber = column.NotANumber,
        Infinite = column.Infinite,
        Distinct = Distinct(column.Values),
        Mean = column.Values is { Labels: null, Size: > 0 } ? Mean(column.Values.Sorted) : null,
        Deviation = column.Values is { Labels: null, Size: > 0 } ? column.Values.Deviation : null,
        Quantiles = column.Values is { Labels: null, Size: > 0 } numbers ? [.. Levels.Select(level => Bins.Quantile(numbers.Sorted, level))] : null,
        Commonest = column.Values.Labels?.OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal).Take(Commonest).ToDictionary(),
        Edges = column.Values.Size > 0 ? CellTable.Edges(column.Values) : null,
        Kept = column.Values.Size,
    };

    /// <summary>
    /// What the column promises: its type; that it is there; numbers within a tenth of the range beyond the extremes, and not below 0 where none was; labels of those seen,
    /// up to a hundred; and as many values as were there, less three standard deviations of that share.
    /// </summary>
    public static ColumnContract Proposal(WindowColumn column)
    {
        var present = column.Rows == 0 ? 0 : (double)(column.Rows - column.Missing - column.Mistyped) / column.Rows;
        var values = column.Values;
        var numeric = column.Type == ColumnType.Numeric && values is { Labels: null, Size: > 0 };
        double low = numeric ? values.Sorted[0] : 0, high = numeric ? values.Sorted[^1] : 0, margin = (high - low) * Margin;
        return new()
        {
            Type = column.Type,
            Required = true,
            Minimum = numeric && double.IsFinite(margin) ? (low >= 0 && low - margin < 0 ? 0 : low - margin) : null,
            Maximum = numeric && double.IsFinite(margin) ? (high <= 0 && high + margin > 0 ? 0 : high + margin) : null,
            Categories = values.Labels is { Count: > 0 and <= MostCategories } labels ? [.. labels.Keys.Order(StringComparer.Ordinal)] : null,
            Completeness = column.Rows == 0 ? null : Math.Max(0, present - 3 * Math.Sqrt(present * (1 - present) / column.Rows)),
        };
    }

    private static double Distinct(FeatureColumn values)
    {
        if (values.Labels is { } labels)
            return labels.Count;
        var distinct = values.Sorted.IsEmpty ? 0 : 1;
        for (var at = 1; at < values.Sorted.Length; at++)
            distinct += values.Sorted[at] > values.Sorted[at - 1] ? 1 : 0;
        return distinct;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var mean = 0.0;
        for (var at = 0; at < values.Length; at++)
            mean += (values[at] - mean) / (at + 1);
        return mean;
    }
}
