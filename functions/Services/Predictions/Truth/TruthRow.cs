namespace Serverless.Services.Predictions;

/// <summary>One statement about a prediction, as it is kept.</summary>
/// <param name="Id">The prediction.</param>
/// <param name="Name">The outcome's name; empty for a label.</param>
/// <param name="Value">What is stated.</param>
/// <param name="Time">The statement's own time, in milliseconds of Unix time: the last one holds.</param>
/// <param name="Received">When it arrived, in milliseconds of Unix time.</param>
public readonly record struct TruthRow(PredictionId Id, string Name, TruthValue Value, long Time, long Received)
{
    /// <summary>What makes two statements the same: all but when they arrived.</summary>
    internal (PredictionId, string, TruthValue, long) Key => (Id, Name, Value, Time);

    /// <summary>
    /// By prediction, name and time; of statements of the same time the larger value is the later one, whoever came first.
    /// So what holds follows from the set of statements alone.
    /// </summary>
    internal static Comparer<TruthRow> Order { get; } = Comparer<TruthRow>.Create((left, right) =>
    {
        var order = left.Id.Value.CompareTo(right.Id.Value);
        if (order == 0) order = string.CompareOrdinal(left.Name, right.Name);
        if (order == 0) order = left.Time.CompareTo(right.Time);
        if (order == 0) order = TruthValue.Compare(left.Value, right.Value);
        return order != 0 ? order : left.Received.CompareTo(right.Received);
    });

    /// <summary>The same statement once: the first that arrived. In order.</summary>
    internal static List<TruthRow> Distinct(List<TruthRow> rows)
    {
        rows.Sort(Order);
        var kept = new List<TruthRow>(rows.Count);
        foreach (var row in rows)
            if (kept.Count == 0 || kept[^1].Key != row.Key) kept.Add(row);
        return kept;
    }
}
