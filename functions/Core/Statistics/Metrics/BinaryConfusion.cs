namespace Serverless.Core.Statistics;

/// <summary>The four cells of a binary decision, counted or weighed, and what follows from them. A ratio 0/0 is null.</summary>
/// <remarks>Definitions as in scikit-learn, which reports 0 where this reports null (<c>zero_division</c>).</remarks>
public readonly record struct BinaryConfusion(double TruePositive, double FalsePositive, double FalseNegative, double TrueNegative)
{
    /// <summary>The weight of all rows.</summary>
    public double Total => TruePositive + FalsePositive + FalseNegative + TrueNegative;

    /// <summary>(TP + TN) / all.</summary>
    public double? Accuracy => Ratio(TruePositive + TrueNegative, Total);

    /// <summary>TP / (TP + FP).</summary>
    public double? Precision => Ratio(TruePositive, TruePositive + FalsePositive);

    /// <summary>TP / (TP + FN): sensitivity, the true positive rate.</summary>
    public double? Recall => Ratio(TruePositive, TruePositive + FalseNegative);

    /// <summary>TN / (TN + FP).</summary>
    public double? Specificity => Ratio(TrueNegative, TrueNegative + FalsePositive);

    /// <summary>FP / (FP + TN).</summary>
    public double? FalsePositiveRate => Ratio(FalsePositive, TrueNegative + FalsePositive);

    /// <summary>(TP + FP) / all.</summary>
    public double? SelectionRate => Ratio(TruePositive + FalsePositive, Total);

    /// <summary>TP / (TP + FP + FN).</summary>
    public double? Jaccard => Ratio(TruePositive, TruePositive + FalsePositive + FalseNegative);

    /// <summary>The mean of recall and specificity, over the classes that occur.</summary>
    public double? BalancedAccuracy => (Recall, Specificity) switch
    {
        ({ } r, { } s) => (r + s) / 2,
        var (r, s) => r ?? s,
    };

    /// <summary>(1 + β²)·TP / ((1 + β²)·TP + β²·FN + FP) (van Rijsbergen 1979).</summary>
    public double? FBeta(double beta) => Ratio((1 + beta * beta) * TruePositive, (1 + beta * beta) * TruePositive + beta * beta * FalseNegative + FalsePositive);

    /// <summary>Matthews' correlation (1975); 0 when a margin is empty, its limit (Chicco, Jurman 2020).</summary>
    public double? Matthews
    {
        get
        {
            if (Total == 0)
                return null;
            // Roots first: the product of four counts overflows nothing but loses digits.
            var margin = Math.Sqrt(TruePositive + FalsePositive) * Math.Sqrt(TruePositive + FalseNegative)
                * Math.Sqrt(TrueNegative + FalsePositive) * Math.Sqrt(TrueNegative + FalseNegative);
            return margin == 0 ? 0 : Math.Clamp((TruePositive * TrueNegative - FalsePositive * FalseNegative) / margin, -1, 1);
        }
    }

    /// <summary>Cohen's κ (1960): 2(TP·TN − FN·FP) / ((TP+FP)(FP+TN) + (TP+FN)(FN+TN)).</summary>
    public double? Kappa => Ratio(
        2 * (TruePositive * TrueNegative - FalseNegative * FalsePositive),
        (TruePositive + FalsePositive) * (FalsePositive + TrueNegative) + (TruePositive + FalseNegative) * (FalseNegative + TrueNegative));

    /// <summary>The same decision seen from the other class.</summary>
    public BinaryConfusion Swapped => new(TrueNegative, FalseNegative, FalsePositive, TruePositive);

    /// <summary>Counts the rows; a row is predicted positive when its score is at least the threshold.</summary>
    public static BinaryConfusion From(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, double threshold, ReadOnlySpan<double> weights = default)
    {
        Require.SameLength(labels.Length, scores.Length, nameof(scores));
        Require.Ordered(scores, nameof(scores));
        Require.Weights(weights, labels.Length);
        Span<double> cells = stackalloc double[4];
        cells.Clear();
        for (var i = 0; i < labels.Length; i++)
            cells[(labels[i] ? 2 : 0) + (scores[i] >= threshold ? 1 : 0)] += weights.IsEmpty ? 1 : weights[i];
        return new(cells[3], cells[1], cells[2], cells[0]);
    }

    internal static double? Ratio(double part, double whole) => whole == 0 ? null : part / whole;
}
