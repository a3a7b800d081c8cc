using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary>From what a file tells of a column to values that are distributed so.</summary>
internal static class ImportedValues
{
    // More would claim that the file knows the distribution better than it does.
    private const int Most = 100_000;

    /// <summary>The column; null with the reason where the file does not tell its distribution.</summary>
    public static (WindowColumn? Column, string? Why) Of(ExpectedColumn column) => column switch
    {
        { Counts: null or { Present: 0 } } => (null, $"{column.Name}: the file has no value of it"),
        { Type: InferredType.String, Labels: { } labels } when labels.Values.Sum() < column.Counts.Value.Present * 0.999 => (null, $"{column.Name}: the file lists {labels.Count} of {column.Distinct} labels"),
        { Type: InferredType.String, Labels: { } labels } => (Of(column, ColumnType.Categorical, missing => FeatureColumn.OfCounts(labels.Select(label => KeyValuePair.Create(label.Key, (long)label.Value)), missing)), null),
        { Type: InferredType.Integral or InferredType.Fractional } when Cells(column).Count > 0 => (Of(column, ColumnType.Numeric, missing => FeatureColumn.OfSorted(Numbers(column), missing)), null),
        _ => (null, $"{column.Name}: the file does not tell how its values are distributed"),
    };

    /// <summary>Values at evenly spaced ranks: the sketch's own, else spread evenly within buckets.</summary>
    private static double[] Numbers(ExpectedColumn column)
    {
        var values = new double[Math.Min(column.Counts!.Value.Present, Most)];
        var (cells, at, below) = (Cells(column), 0, 0.0);
        var all = cells.Sum(cell => cell.Count);
        for (var i = 0; i < values.Length; i++)
        {
            var rank = (i + 0.5) / values.Length * all;
            while (at < cells.Count - 1 && below + cells[at].Count <= rank) below += cells[at++].Count;
            var cell = cells[at];
            var share = Math.Clamp((rank - below) / cell.Count, 0, 1);
            // From both ends, for their difference may be beyond all numbers.
            var value = cell.High == cell.Low ? cell.Low : cell.Low * (1 - share) + cell.High * share;
            values[i] = column.Type == InferredType.Integral && column.Points is null ? Math.Round(value) : value;
        }
        if (column.Minimum is { } least) values[0] = Math.Min(least, values[0]);
        if (column.Maximum is { } most && values.Length > 1) values[^1] = Math.Max(most, values[^1]);
        return values;
    }

    private static WindowColumn Of(ExpectedColumn column, ColumnType type, Func<long, FeatureColumn> values)
    {
        var (present, missing) = column.Counts!.Value;
        return new(column.Name, type, values(missing)) { Rows = present + missing, Missing = missing };
    }

    private static List<ValueBucket> Cells(ExpectedColumn column) => column.Points is { } points
        ? [.. points.Select(point => new ValueBucket(point.Value, point.Value, point.Weight))]
        : [.. (column.Buckets ?? []).Where(bucket => bucket.Count > 0)];
}
