namespace Serverless.Services.Predictions;

/// <summary>A request's items of one hour: what is known of them, and what follows. Deciding reads nothing.</summary>
internal sealed class TruthBatch(DateTimeOffset hour, IReadOnlyList<TruthItem> items)
{
    // Milliseconds.
    private const long Moment = TruthDocument.MaximumItems;

    public DateTimeOffset Hour => hour;

    public HashSet<PredictionId> Ids { get; } = [.. items.Select(item => item.Row.Id)];

    /// <summary>What was said of these predictions before.</summary>
    public IReadOnlyList<TruthRow> Known { get; set; } = [];

    /// <summary>The predictions that the model's log has.</summary>
    public IReadOnlySet<PredictionId> Found { get; set; } = new HashSet<PredictionId>();

    /// <summary>What is to be stored.</summary>
    public List<TruthRow> New { get; } = [];

    public int Duplicates { get; private set; }

    /// <summary>Of the new ones, those whose prediction is not there yet.</summary>
    public int Unknown { get; private set; }

    /// <summary>Sorts out duplicates and what belongs to other models.</summary>
    public void Decide(IReadOnlySet<PredictionId> elsewhere)
    {
        var seen = Known.Select(row => row.Key).ToHashSet();
        var latest = new Dictionary<(PredictionId, string), TruthRow>();
        foreach (var row in Known) latest[(row.Id, row.Name)] = row;
        foreach (var item in items)
        {
            if (elsewhere.Contains(item.Row.Id)) continue;
            latest.TryGetValue((item.Row.Id, item.Row.Name), out var last);
            var row = item.Timed ? item.Row : Placed(item.Row, last);
            // Said again without a time of its own, as a repeated request does, it adds nothing.
            if ((!item.Timed && last.Value == row.Value) || !seen.Add(row.Key)) Duplicates++;
            else Take(row);
            if (last.Value.Text is null || TruthRow.Order.Compare(row, last) > 0) latest[(row.Id, row.Name)] = row;
        }
    }

    // Without times of their own, two statements that come in the same moment count in the order in which they stand.
    private static TruthRow Placed(TruthRow row, TruthRow last) =>
        last.Received == row.Received && last.Time >= row.Time && last.Time - row.Time < Moment ? row with { Time = last.Time + 1 } : row;

    private void Take(TruthRow row)
    {
        New.Add(row);
        if (!Found.Contains(row.Id)) Unknown++;
    }
}
