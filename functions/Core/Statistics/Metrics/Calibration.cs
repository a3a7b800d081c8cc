namespace Serverless.Core.Statistics;

/// <summary>A bin of predicted probabilities: its rows, what was said, what came.</summary>
public readonly record struct CalibrationBin(double Weight, double MeanPredicted, double MeanObserved);

/// <summary>Whether probabilities mean what they say.</summary>
public static class Calibration
{
    /// <summary>−log p of the label seen, each row's log loss; probabilities are kept 2⁻⁵² away from 0 and 1, so a certain mistake costs 36.04.</summary>
    /// <remarks>Good, JRSS B 14 (1952); clipping as scikit-learn.</remarks>
    public static double LogLoss(bool label, double probability)
    {
        const double epsilon = 2.220446049250313e-16;
        var p = Math.Clamp(probability, epsilon, 1 - epsilon);
        return -Math.Log(label ? p : 1 - p);
    }

    /// <summary>(p − y)², each row's Brier score (Brier 1950).</summary>
    public static double Brier(bool label, double probability)
    {
        var d = (label ? 1 : 0) - probability;
        return d * d;
    }

    /// <summary>Expected calibration error: Σ |mean(y) − mean(p)|·weight over equal-width bins, bin = ⌊p·bins⌋.</summary>
    /// <remarks>Naeini, Cooper, Hauskrecht, AAAI 2015. Biased upwards on small samples: read it with its interval. Null without weight.</remarks>
    public static double? Error(ReadOnlySpan<bool> labels, ReadOnlySpan<double> probabilities, int bins, ReadOnlySpan<double> weights = default)
    {
        Require.Within(bins, 1, 10_000, nameof(bins));
        var sums = Accumulate(labels, probabilities, weights, bins, p => Math.Min((int)(p * bins), bins - 1));
        double error = 0, total = 0;
        foreach (var (weight, predicted, observed) in sums)
        {
            error += Math.Abs(predicted - observed);
            total += weight;
        }
        return BinaryConfusion.Ratio(error, total);
    }

    /// <summary>The reliability curve over equal-width bins, (low, high] as scikit-learn's <c>calibration_curve</c>; empty bins are left out.</summary>
    public static IReadOnlyList<CalibrationBin> Uniform(ReadOnlySpan<bool> labels, ReadOnlySpan<double> probabilities, int bins)
    {
        Require.Within(bins, 1, 10_000, nameof(bins));
        return Curve(labels, probabilities, [.. Enumerable.Range(1, bins - 1).Select(i => i * (1.0 / bins))]);
    }

    /// <summary>The reliability curve over bins of equal weight: edges are quantiles of the probabilities.</summary>
    public static IReadOnlyList<CalibrationBin> Quantile(ReadOnlySpan<bool> labels, ReadOnlySpan<double> probabilities, int bins)
    {
        Require.Within(bins, 1, 10_000, nameof(bins));
        if (probabilities.IsEmpty)
            return [];
        var sorted = probabilities.ToArray();
        Array.Sort(sorted);
        return Curve(labels, probabilities, [.. Enumerable.Range(1, bins - 1).Select(i => Bootstrap.Quantile(sorted, i * (1.0 / bins)))]);
    }

    private static IReadOnlyList<CalibrationBin> Curve(ReadOnlySpan<bool> labels, ReadOnlySpan<double> probabilities, double[] edges) =>
        [.. Accumulate(labels, probabilities, default, edges.Length + 1, p => edges.Count(edge => edge < p))
            .Where(bin => bin.Weight > 0)
            .Select(bin => new CalibrationBin(bin.Weight, bin.MeanPredicted / bin.Weight, bin.MeanObserved / bin.Weight))];

    /// <summary>Sums, not yet means, in each bin.</summary>
    private static CalibrationBin[] Accumulate(ReadOnlySpan<bool> labels, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights, int bins, Func<double, int> binOf)
    {
        Require.SameLength(labels.Length, probabilities.Length, nameof(probabilities));
        Require.Probabilities(probabilities, nameof(probabilities));
        Require.Weights(weights, labels.Length);
        var sums = new CalibrationBin[bins];
        for (var i = 0; i < labels.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            var sum = sums[binOf(probabilities[i])];
            sums[binOf(probabilities[i])] = new(sum.Weight + w, sum.MeanPredicted + w * probabilities[i], sum.MeanObserved + (labels[i] ? w : 0));
        }
        return sums;
    }
}
