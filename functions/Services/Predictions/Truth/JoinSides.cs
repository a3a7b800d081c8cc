using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Labels and each outcome beside one read of predictions.</summary>
internal sealed class JoinSides : IAsyncDisposable
{
    public JoinSides(TruthReader truth, PredictionQuery query, JoinedTruth joined, ReadReport report, CancellationToken cancel)
    {
        var all = new List<JoinSide>();
        if (joined.Labels) all.Add(Side(TruthKind.Labels, null, "label"));
        foreach (var name in joined.Outcomes) all.Add(Side(TruthKind.Outcomes, name, $"outcome_{name}"));
        All = all;

        JoinSide Side(TruthKind kind, string? name, string column) =>
            new(truth.HoursAsync(new(kind, query.Model, query.From, query.To) { Name = name }, report, cancel).GetAsyncEnumerator(cancel), column);
    }

    private IReadOnlyList<JoinSide> All { get; }

    /// <summary>The batch's columns that are wanted, and each side's. The hours of batches must not go back.</summary>
    public async Task<RecordBatch> WidenAsync(RecordBatch batch, Func<string, bool> wanted)
    {
        var ids = (StringArray)batch.Column(LogColumns.Id);
        var beside = new List<(Field Field, IArrowArray Array)>();
        foreach (var side in All) beside.AddRange(await side.MatchAsync(ids));
        var own = wanted(LogColumns.Id) ? batch : ArrowRows.Project(batch, wanted);
        return new(new Schema([.. own.Schema.FieldsList, .. beside.Select(column => column.Field)], null), [.. own.Arrays, .. beside.Select(column => column.Array)], own.Length);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var side in All) await side.DisposeAsync();
    }
}
