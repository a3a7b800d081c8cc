using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>Pearson's correlations of columns, over rows that have all of them.</summary>
/// <param name="Columns">Their names.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Values">By row and column of the table, row after row; null where a column is constant.</param>
public sealed record CorrelationTable(IReadOnlyList<string> Columns, long Rows, IReadOnlyList<double?> Values)
{
    /// <summary>Columns beyond so many are left out: pairs grow with their square.</summary>
    public const int MostColumns = 50;

    /// <summary>From columns of equal length, NaN where a value is missing.</summary>
    public static CorrelationTable Of(IReadOnlyList<string> names, IReadOnlyList<double[]> columns)
    {
        int[] whole = columns.Count == 0 ? [] : [.. Enumerable.Range(0, columns[0].Length).Where(row => columns.All(column => double.IsFinite(column[row])))];
        double[][] kept = [.. columns.Select(column => whole.Select(row => column[row]).ToArray())];
        var values = new double?[kept.Length * kept.Length];
        for (var i = 0; i < kept.Length; i++)
            for (var j = 0; j < i; j++)
                values[i * kept.Length + j] = values[j * kept.Length + i] = Correlation.Pearson(kept[i], kept[j]);
        return new(names, whole.Length, values);
    }

    /// <summary>The correlation of two columns; null where one is not there or constant.</summary>
    public double? Of(string first, string second) =>
        At(first) is var i and >= 0 && At(second) is var j and >= 0 ? Values[i * Columns.Count + j] : null;

    private int At(string name)
    {
        for (var at = 0; at < Columns.Count; at++)
            if (Columns[at] == name)
                return at;
        return -1;
    }
}
