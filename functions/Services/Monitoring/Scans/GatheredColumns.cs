using System.Collections.Concurrent;
using Apache.Arrow;
using Serverless.Core.Monitoring;
using Serverless.Services.Predictions;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>The columns of a window while its batches are read; a batch that lacks one holds rows without a value.</summary>
internal sealed class GatheredColumns(WindowQuery query, int capacity)
{
    private readonly Dictionary<string, GatheredColumn> columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LabelColumn> segments = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> names = new(StringComparer.Ordinal);
    private long rows;
    private int kept;

    public IReadOnlyDictionary<string, GatheredColumn> Columns => query.Signal == Signal.LabelDrift ? Labels() : columns;

    public IReadOnlyDictionary<string, LabelColumn> Segments => segments;

    /// <summary>Every column that the rows have and the monitor watches, by plain name, read or not.</summary>
    public IReadOnlyCollection<string> Names => [.. names.Keys];

    /// <summary>Whether a column of the log is to be read.</summary>
    public bool Wants(string column) => Segment(column) is not null || Plain(column) is not null;

    public void Add(RecordBatch batch, ReadOnlySpan<int> rowsKept)
    {
        var found = new Dictionary<GatheredColumn, IArrowArray>();
        for (var at = 0; at < batch.ColumnCount; at++)
            if (Column(batch.Schema.GetFieldByIndex(at)) is { } column)
                found[column] = batch.Column(at);
        GatheredColumn[] all = [.. columns.Values, .. segments.Values];
        int[] kepts = [.. rowsKept];
        Parallel.ForEach(all, column => column.Append(found.GetValueOrDefault(column), batch.Length, kepts));
        rows += batch.Length;
        kept += kepts.Length;
    }

    private GatheredColumn? Column(Field field)
    {
        if (Segment(field.Name) is { } segment)
            return segments.GetValueOrDefault(segment) ?? (segments[segment] = Late(new LabelColumn(segment, logical: false, capacity)));
        if (Plain(field.Name) is not { } name)
            return null;
        if (!columns.TryGetValue(name, out var column) && Gathering.Of(name, field.DataType, Stated(name), capacity) is { } made)
            column = columns[name] = Late(made);
        return column;
    }

    /// <summary>A column that was not in the batches before.</summary>
    private T Late<T>(T column) where T : GatheredColumn
    {
        if (rows > 0)
            column.Append(null, (int)Math.Min(rows, int.MaxValue), [.. Enumerable.Range(0, kept)]);
        return column;
    }

    private string? Segment(string column) =>
        column.StartsWith(LogColumns.Segment, StringComparison.Ordinal) && column[LogColumns.Segment.Length..] is var key && query.Segments.Contains(key) ? key : null;

    private string? Plain(string column) => query.Signal switch
    {
        Signal.FeatureDrift or Signal.DataQuality => Plain(column, LogColumns.Input),
        Signal.PredictionDrift => Plain(column, LogColumns.Output),
        Signal.LabelDrift => column is "label" or "label_number" ? column : null,
        Signal.Operations => null,
    };

    private string? Plain(string column, string prefix)
    {
        if (!column.StartsWith(prefix, StringComparison.Ordinal) || column.EndsWith(LogColumns.Hash, StringComparison.Ordinal))
            return null;
        var name = column[prefix.Length..];
        names[name] = true;
        return (query.Features.Count == 0 || query.Features.Contains(name)) && !query.Known.Contains(name) ? name : null;
    }

    private ColumnType? Stated(string name) => query.Types.TryGetValue(name, out var type) ? type : null;

    /// <summary>Labels are numbers where each is one and there are too many values for classes.</summary>
    private Dictionary<string, GatheredColumn> Labels()
    {
        if (!columns.TryGetValue("label", out var texts) || !columns.TryGetValue("label_number", out var numbers))
            return [];
        var measured = numbers.Missing == texts.Missing && !Core.Statistics.CellTable.HasFewValues(numbers.Values(null).Sorted);
        return new() { ["label"] = measured ? numbers : texts };
    }
}
