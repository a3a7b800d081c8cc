using Apache.Arrow;
using Apache.Arrow.Types;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.Services.Monitoring.Baselines;

/// <summary>Gathers a baseline from batches of rows: every column up to a limit of rows, beyond it a uniform sample.</summary>
/// <param name="rows">Rows that will come.</param>
/// <param name="role">What a column is, and what scans call it; null for one that is left out.</param>
/// <param name="types">Types that are stated, by column.</param>
/// <param name="single">Whether scans call a column so whose numbers the model takes, and so the log keeps, in 32 bits: 0.1 is another number there.</param>
internal sealed class BaselineBuilder(long rows, Func<string, (ColumnRole Role, string Watched)?> role, IReadOnlyDictionary<string, ColumnType> types, Func<string, bool> single)
{
    private readonly RowSampler sampler = new(rows, WindowReader.Limit);
    private readonly List<(GatheredColumn Column, ColumnRole Role, string Watched)> columns = [];
    private readonly Dictionary<string, int> at = new(StringComparer.Ordinal);
    private long seen;
    private int kept;

    public void Add(RecordBatch batch)
    {
        int[] picked = [.. sampler.Next(batch.Length)];
        var found = new Dictionary<GatheredColumn, IArrowArray>();
        for (var index = 0; index < batch.ColumnCount; index++)
            if (Column(batch.Schema.GetFieldByIndex(index)) is { } column)
                found[column] = batch.Column(index);
        Parallel.ForEach(columns, column => column.Column.Append(found.GetValueOrDefault(column.Column), batch.Length, picked));
        seen += batch.Length;
        kept += picked.Length;
    }

    /// <summary>The baseline: each column's figures, promise and bytes, and its slices.</summary>
    public BaselineParts Build(ModelName model, int version, DateTimeOffset created, string source)
    {
        (BaselineColumn Column, ColumnContract Contract, byte[] Bytes)[] built = [.. columns.AsParallel().AsOrdered().Select(gathered =>
        {
            var column = gathered.Column.ToWindow(runs: false);
            return (BaselineSummary.Of(column, gathered.Role, gathered.Watched), BaselineSummary.Proposal(column), ColumnFile.Write(column));
        })];
        var (segments, slices) = SegmentFile.Write(
            columns.Where(column => column is { Role: ColumnRole.Segment, Column: LabelColumn }).ToDictionary(column => column.Watched, column => (LabelColumn)column.Column),
            [.. columns.Where(column => column.Role is ColumnRole.Feature or ColumnRole.Prediction or ColumnRole.Label).Select(column => column.Column)], kept);
        var baseline = new Baseline(model.Value, version, created, source, seen, [.. built.Select(column => column.Column)])
        {
            Segments = segments,
            Contract = built.Where(column => column.Column.Role == ColumnRole.Feature).ToDictionary(column => column.Column.Watched, column => column.Contract),
        };
        return new(baseline, [.. built.Select(column => column.Bytes)], slices);
    }

    private GatheredColumn? Column(Field field)
    {
        if (at.TryGetValue(field.Name, out var known)) return known < 0 ? null : columns[known].Column;
        var made = role(field.Name) is { } wanted && Gathering.Of(field.Name, field.DataType is DoubleType && single(wanted.Watched) ? FloatType.Default : field.DataType, Stated(field.Name, wanted.Role), sampler.Capacity) is { } gathered
            ? (gathered, wanted.Role, wanted.Watched) : ((GatheredColumn, ColumnRole, string)?)null;
        at[field.Name] = made is null ? -1 : columns.Count;
        if (made is not { } column) return null;
        columns.Add(column);
        if (seen > 0) column.Item1.Append(null, (int)Math.Min(seen, int.MaxValue), [.. Enumerable.Range(0, kept)]);
        return column.Item1;
    }

    // A segment's values are names, whatever they look like.
    private ColumnType? Stated(string column, ColumnRole role) => types.TryGetValue(column, out var type) ? type : role == ColumnRole.Segment ? ColumnType.Categorical : null;
}
