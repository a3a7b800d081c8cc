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

    public IReadOnlyList<JoinSide> All { get; }

    public async ValueTask DisposeAsync()
    {
        foreach (var side in All) await side.DisposeAsync();
    }
}
