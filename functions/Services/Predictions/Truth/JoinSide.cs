using Apache.Arrow;
using Apache.Arrow.Types;

namespace Serverless.Services.Predictions;

/// <summary>One thing that is said of predictions, walked through beside them: both come hour by hour.</summary>
internal sealed class JoinSide(IAsyncEnumerator<(DateTimeOffset Hour, List<TruthRow> Rows)> hours, string column) : IAsyncDisposable
{
    private readonly Dictionary<PredictionId, TruthRow> rows = [];
    private DateTimeOffset hour = DateTimeOffset.MinValue;
    private DateTimeOffset loaded = DateTimeOffset.MinValue;
    private bool ended;

    /// <summary>The columns for a batch of predictions, whose hours must not go back.</summary>
    public async Task<IEnumerable<(Field, IArrowArray)>> MatchAsync(StringArray ids)
    {
        if (ids.Length > 0) await AdvanceAsync(TruthService.HourOf(BatchFilter.IdAt(ids, 0)));
        return Build(ids);
    }

    public ValueTask DisposeAsync() => hours.DisposeAsync();

    private async Task AdvanceAsync(DateTimeOffset wanted)
    {
        while (!ended && hour < wanted)
        {
            ended = !await hours.MoveNextAsync();
            hour = ended ? DateTimeOffset.MaxValue : hours.Current.Hour;
        }
        if (loaded == wanted) return;
        loaded = wanted;
        rows.Clear();
        if (hour != wanted) return;
        foreach (var row in hours.Current.Rows) rows[row.Id] = row;
    }

    private IEnumerable<(Field, IArrowArray)> Build(StringArray ids)
    {
        var (texts, numbers, times) = (new StringArray.Builder().Reserve(ids.Length), new DoubleArray.Builder().Reserve(ids.Length), new long[ids.Length]);
        var (bitmap, nulls) = (new byte[(ids.Length + 7) / 8], ids.Length);
        for (var at = 0; at < ids.Length; at++)
        {
            if (rows.Count == 0 || !rows.TryGetValue(BatchFilter.IdAt(ids, at), out var row))
            {
                texts.AppendNull();
                numbers.AppendNull();
                continue;
            }
            texts.Append(row.Value.Text);
            numbers.Append(row.Value.Number);
            times[at] = row.Time;
            bitmap[at >> 3] |= (byte)(1 << (at & 7));
            nulls--;
        }
        yield return (new Field(column, StringType.Default, nullable: true), texts.Build());
        yield return (new Field(column + TruthColumns.Number, DoubleType.Default, nullable: true), numbers.Build());
        yield return (new Field(column + TruthColumns.Time, ArrowTypes.Time, nullable: true), FixedArrays.Build(ArrowTypes.Time, ids.Length, FixedArrays.Buffer<long>(times), new(bitmap), nulls));
    }
}
