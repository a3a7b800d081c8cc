namespace Serverless.Core.Statistics;

/// <summary>DeLong's theory of areas under ROC curves: variance, interval, and the covariance of two areas on the same rows.</summary>
/// <remarks>Rows count alike: the theory has no weights, and nothing here takes any; of weighted rows <see cref="BinaryMetrics"/> gives the bootstrap's interval. DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988), by mid-ranks in O(n log n): Sun and Xu, IEEE Signal Processing Letters 21 (2014).</remarks>
public static class DeLong
{
    /// <summary>The area with its interval on the logit scale. Perfect separation has no variance to go by: then Wilson's interval with n of the smaller class.</summary>
    public static Estimate Auc(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, double level)
    {
        Require.Level(level);
        if (new ScoreRanking(labels, scores).RocAuc() is not { } area)
            return Estimate.Undefined(labels.Length);
        var positives = labels.Count(true);
        var smaller = Math.Min(positives, labels.Length - positives);
        ConfidenceInterval? interval = Variance(labels, scores) is { } variance && variance > 0 && area is > 0 and < 1
            ? Intervals.Logit(area, variance, level, IntervalMethod.DeLong)
            : area is 0 or 1 ? Intervals.Wilson(area * smaller, smaller, level) : null;
        return new(area, interval, labels.Length);
    }

    /// <summary>S₁₀/m + S₀₁/n, the variances of the structural components; null with fewer than two rows of a class.</summary>
    public static double? Variance(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores)
    {
        var parts = Components(labels, scores);
        return parts.Positive.Length < 2 || parts.Negative.Length < 2 ? null : Covariance(parts, parts);
    }

    internal static double Covariance(AucComponents a, AucComponents b) =>
        Covariance(a.Positive, b.Positive) / a.Positive.Length + Covariance(a.Negative, b.Negative) / a.Negative.Length;

    /// <summary>For each positive the share of negatives below it, for each negative the share of positives above it; ties count half.</summary>
    internal static AucComponents Components(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores)
    {
        Require.SameLength(labels.Length, scores.Length, nameof(scores));
        Require.Ordered(scores, nameof(scores));
        var positives = Select(labels, scores, true);
        var negatives = Select(labels, scores, false);
        return new(Shares(positives, negatives, 0), Shares(negatives, positives, 1));
    }

    private static double[] Shares(double[] of, double[] among, double flip)
    {
        var sorted = (double[])among.Clone();
        Array.Sort(sorted);
        var shares = new double[of.Length];
        for (var i = 0; i < of.Length; i++)
        {
            var below = (Bound(sorted, of[i], false) + Bound(sorted, of[i], true)) / 2.0 / sorted.Length;
            shares[i] = Math.Abs(flip - below);
        }
        return shares;
    }

    /// <summary>How many values lie below x, or at or below it.</summary>
    private static int Bound(double[] sorted, double x, bool inclusive)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] < x || (inclusive && sorted[middle] == x))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static double Covariance(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average(), sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - meanA) * (b[i] - meanB);
        return sum / (a.Length - 1);
    }

    private static double[] Select(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, bool label)
    {
        var selected = new double[labels.Count(label)];
        for (int i = 0, j = 0; i < labels.Length; i++)
        {
            if (labels[i] == label)
                selected[j++] = scores[i];
        }
        return selected;
    }
}

/// <summary>The structural components of one area.</summary>
internal readonly record struct AucComponents(double[] Positive, double[] Negative);
