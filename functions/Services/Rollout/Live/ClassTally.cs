using System.Runtime.InteropServices;

namespace Serverless.Services.Rollout.Live;

/// <summary>Rows by what they were labelled and what was predicted, class by class.</summary>
internal sealed class ClassTally
{
    // What callers label may be anything; the classes of a model are fewer.
    private const int Most = 1_000;
    private const string Others = "";

    private readonly Dictionary<string, (long Labelled, long Predicted, long Right)> classes = new(StringComparer.Ordinal);

    public long Rows { get; private set; }

    public long Right { get; private set; }

    public void Add(string label, string predicted)
    {
        Rows++;
        if (label == predicted) Right++;
        Add(label, (1, 0, label == predicted ? 1 : 0));
        Add(predicted, (0, 1, 0));
    }

    public void Merge(ClassTally other)
    {
        (Rows, Right) = (Rows + other.Rows, Right + other.Right);
        foreach (var (name, counts) in other.classes) Add(name, counts);
    }

    /// <summary>2·TP/(2·TP + FP + FN) of a class, with its rows' variance; null where no row is or was said to be of it.</summary>
    /// <remarks>The delta method on the four counts, which for this ratio comes to F(2 − F)(1 − F)/(2·TP + FP + FN).</remarks>
    public (double Value, double Variance)? F1(string positive)
    {
        var counts = classes.GetValueOrDefault(positive);
        var whole = counts.Labelled + counts.Predicted;
        if (whole == 0) return null;
        var value = 2.0 * counts.Right / whole;
        return (value, value * (2 - value) * (1 - value) / whole);
    }

    /// <summary>The mean over the classes that occur.</summary>
    public double? MacroF1() => classes.Count == 0 ? null : classes.Values.Average(counts => 2.0 * counts.Right / (counts.Labelled + counts.Predicted));

    private void Add(string name, (long Labelled, long Predicted, long Right) counts)
    {
        if (classes.Count >= Most && !classes.ContainsKey(name)) name = Others;
        ref var there = ref CollectionsMarshal.GetValueRefOrAddDefault(classes, name, out _);
        there = (there.Labelled + counts.Labelled, there.Predicted + counts.Predicted, there.Right + counts.Right);
    }
}
