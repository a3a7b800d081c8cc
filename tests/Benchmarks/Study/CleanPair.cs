using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Study;

/// <summary>A reference and a window of one continuous distribution, both sorted, by their ranks in the pooled sample.</summary>
/// <remarks>
/// Every deal of the ranks to the two sides is equally likely, whatever the distribution; methods that see ranks only (all but Wasserstein)
/// therefore behave on these exactly as on fresh samples of any continuous feature, and nothing need be sorted.
/// </remarks>
internal static class CleanPair
{
    public static (FeatureColumn Reference, FeatureColumn Current) Of(ref StudyRandom random, int n, int m)
    {
        double[] reference = new double[n], current = new double[m];
        for (int i = 0, j = 0; i + j < n + m;)
        {
            if (random.Below(n + m - i - j) < n - i)
                reference[i] = i++ + j;
            else
                current[j] = i + j++;
        }
        return (FeatureColumn.OfSorted(reference, 0), FeatureColumn.OfSorted(current, 0));
    }

    /// <summary>Rows over eight labels, from 40 % down to 1 %.</summary>
    public static FeatureColumn Labels(ref StudyRandom random, int rows, double moved)
    {
        double[] shares = [0.40 - moved, 0.20, 0.15, 0.10 + moved, 0.07, 0.05, 0.02, 0.01];
        var counts = new long[shares.Length];
        for (var i = 0; i < rows; i++)
        {
            var u = random.Unit();
            var label = 0;
            while (label < shares.Length - 1 && (u -= shares[label]) >= 0)
                label++;
            counts[label]++;
        }
        return FeatureColumn.OfCounts(counts.Select((count, label) => KeyValuePair.Create($"label {label}", count)), 0);
    }
}
