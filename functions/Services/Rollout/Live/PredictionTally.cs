using System.Runtime.InteropServices;
using Serverless.Core.Statistics;

namespace Serverless.Services.Rollout.Live;

/// <summary>What was predicted how often: numbers (values, or the positive class's probabilities) as a sketch, classes as counts.</summary>
internal sealed class PredictionTally
{
    private const int Most = 1_000;
    private const int Waiting = 4_096;

    private readonly QuantileSketch numbers = new();
    private readonly Dictionary<string, long> classes = new(StringComparer.Ordinal);
    private readonly List<double> waiting = [];

    public void Add(string? predicted, double? number)
    {
        if (number is { } value && double.IsFinite(value)) waiting.Add(value);
        if (waiting.Count >= Waiting) Flush();
        if (predicted is not null) Add(predicted, 1);
    }

    public void Merge(PredictionTally other)
    {
        Flush();
        other.Flush();
        numbers.Merge(other.numbers);
        foreach (var (name, rows) in other.classes) Add(name, rows);
    }

    /// <summary>Ends the reading of rows: from here on it is only read, by several at once.</summary>
    public void Flush()
    {
        if (waiting.Count == 0) return;
        waiting.Sort();
        numbers.AddSorted(CollectionsMarshal.AsSpan(waiting));
        waiting.Clear();
        waiting.TrimExcess();
    }

    /// <summary>The Jensen–Shannon distance of two sides, 0 to √ln 2, and the rows of the smaller one; null where one is empty.</summary>
    public (double Distance, long Rows)? Distance(PredictionTally reference)
    {
        Flush();
        reference.Flush();
        if (ProfileDistance.Cells(reference.numbers, numbers) is { } cells)
            return (Divergence.JensenShannon(cells.Reference, cells.Current), Math.Min(numbers.Count, reference.numbers.Count));
        if (classes.Count == 0 || reference.classes.Count == 0) return null;
        string[] all = [.. classes.Keys.Union(reference.classes.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return (Divergence.JensenShannon(Counts(all, reference.classes), Counts(all, classes)), Math.Min(classes.Values.Sum(), reference.classes.Values.Sum()));
    }

    private void Add(string name, long rows)
    {
        if (classes.Count >= Most && !classes.ContainsKey(name)) name = "";
        CollectionsMarshal.GetValueRefOrAddDefault(classes, name, out _) += rows;
    }

    private static double[] Counts(string[] all, Dictionary<string, long> classes) => [.. all.Select(name => (double)classes.GetValueOrDefault(name))];
}
