using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Study;

/// <summary>Samples of the standard normal distribution, and changes of it. References come from a pool of 200, drawn and sorted once.</summary>
internal sealed class NormalColumns(int referenceSize)
{
    private readonly FeatureColumn[] pool = [.. ParallelEnumerable.Range(0, 200).AsOrdered().Select(k =>
    {
        var random = new StudyRandom(-1 - k);
        return Sample(ref random, referenceSize, Change.None);
    })];

    public FeatureColumn Reference(ref StudyRandom random) => pool[random.Below(pool.Length)];

    public static FeatureColumn Sample(ref StudyRandom random, int rows, Change change)
    {
        var values = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            var x = change.Shift + change.Scale * random.Normal();
            values[i] = change.Outliers > 0 && random.Unit() < change.Outliers ? x * 4 : x;
        }
        Array.Sort(values);
        return FeatureColumn.OfSorted(values, 0);
    }
}
