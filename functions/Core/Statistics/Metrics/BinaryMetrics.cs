namespace Serverless.Core.Statistics;

/// <summary>Metrics of a binary classifier, each with its interval: Wilson for proportions, DeLong for areas, Student for mean losses, else the seeded bootstrap.</summary>
public static class BinaryMetrics
{
    /// <summary>One metric of labels and scores. A row is predicted positive when its score is at least the threshold; log loss, Brier and calibration need probabilities.</summary>
    /// <param name="metric">What to measure.</param>
    /// <param name="labels">The truth.</param>
    /// <param name="scores">Not NaN; infinite only where an order is all that is asked.</param>
    /// <param name="threshold">For the metrics of decisions.</param>
    /// <param name="weights">None, or one a row; then every interval but that of mean losses is a bootstrap's.</param>
    /// <param name="plan">Confidence level, and how to resample.</param>
    /// <remarks>Empty input, one class where two are needed, and 0/0 give a null value.</remarks>
    public static Estimate Measure(BinaryMetric metric, ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, double threshold, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        plan.Check();
        return metric switch
        {
            BinaryMetric.Accuracy => Share(c => (c.TruePositive + c.TrueNegative, c.Total), labels, scores, threshold, weights, plan),
            BinaryMetric.Precision => Share(c => (c.TruePositive, c.TruePositive + c.FalsePositive), labels, scores, threshold, weights, plan),
            BinaryMetric.Recall => Share(c => (c.TruePositive, c.TruePositive + c.FalseNegative), labels, scores, threshold, weights, plan),
            BinaryMetric.Specificity => Share(c => (c.TrueNegative, c.TrueNegative + c.FalsePositive), labels, scores, threshold, weights, plan),
            BinaryMetric.Jaccard => Share(c => (c.TruePositive, c.TruePositive + c.FalsePositive + c.FalseNegative), labels, scores, threshold, weights, plan),
            BinaryMetric.BalancedAccuracy => Decision(c => c.BalancedAccuracy, labels, scores, threshold, weights, plan),
            BinaryMetric.F1 => Decision(c => c.FBeta(1), labels, scores, threshold, weights, plan),
            BinaryMetric.F2 => Decision(c => c.FBeta(2), labels, scores, threshold, weights, plan),
            BinaryMetric.FHalf => Decision(c => c.FBeta(0.5), labels, scores, threshold, weights, plan),
            BinaryMetric.Matthews => Decision(c => c.Matthews, labels, scores, threshold, weights, plan),
            BinaryMetric.Kappa => Decision(c => c.Kappa, labels, scores, threshold, weights, plan),
            BinaryMetric.LogLoss => MeanLoss(Calibration.LogLoss, labels, scores, weights, plan),
            BinaryMetric.Brier => MeanLoss(Calibration.Brier, labels, scores, weights, plan),
            BinaryMetric.CalibrationError => CalibrationError(labels, scores, weights, plan),
            BinaryMetric.RocAuc => Auc(labels, scores, weights, plan),
            BinaryMetric.Gini => Gini(Auc(labels, scores, weights, plan)),
            BinaryMetric.AveragePrecision => Ranked(r => r.AveragePrecision, labels, scores, weights, plan),
            BinaryMetric.Separation => Ranked(r => r.Separation, labels, scores, weights, plan),
            BinaryMetric.LiftAtTenth => Ranked(r => w => r.Lift(0.1, w), labels, scores, weights, plan),
        };
    }

    private static Estimate Share(Func<BinaryConfusion, (double Part, double Whole)> share, ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, double threshold, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        if (!weights.IsEmpty)
            return Decision(c => share(c) is var (p, w) ? BinaryConfusion.Ratio(p, w) : null, labels, scores, threshold, weights, plan);
        var (part, whole) = share(BinaryConfusion.From(labels, scores, threshold));
        return new(BinaryConfusion.Ratio(part, whole), Intervals.Wilson(part, whole, plan.Level), labels.Length);
    }

    private static Estimate Decision(Func<BinaryConfusion, double?> figure, ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, double threshold, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        var (l, s, w) = (labels.ToArray(), scores.ToArray(), weights.ToArray());
        return Bootstrap.Estimate(l.Length, w, drawn => figure(BinaryConfusion.From(l, s, threshold, drawn)), plan);
    }

    private static Estimate Ranked(Func<ScoreRanking, WeightedStatistic> figure, ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights, ResamplingPlan plan) =>
        Bootstrap.Estimate(labels.Length, weights.ToArray(), figure(new ScoreRanking(labels, scores)), plan);

    private static Estimate Auc(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights, ResamplingPlan plan) =>
        weights.IsEmpty ? DeLong.Auc(labels, scores, plan.Level) : Ranked(r => r.RocAuc, labels, scores, weights, plan);

    private static Estimate Gini(Estimate auc) => auc with
    {
        Value = 2 * auc.Value - 1,
        Interval = auc.Interval is { } i ? i with { Low = 2 * i.Low - 1, High = 2 * i.High - 1 } : null,
    };

    private static Estimate CalibrationError(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        var (l, s, w) = (labels.ToArray(), scores.ToArray(), weights.ToArray());
        return Bootstrap.Estimate(l.Length, w, drawn => Calibration.Error(l, s, 10, drawn), plan);
    }

    private static Estimate MeanLoss(Func<bool, double, double> loss, ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights, ResamplingPlan plan)
    {
        Require.SameLength(labels.Length, scores.Length, nameof(scores));
        Require.Probabilities(scores, nameof(scores));
        var losses = new double[labels.Length];
        for (var i = 0; i < losses.Length; i++)
            losses[i] = loss(labels[i], scores[i]);
        var mean = Intervals.Mean(losses, weights, plan.Level);
        return mean with { Interval = mean.Interval is { } interval ? interval with { Low = Math.Max(0, interval.Low) } : null };
    }
}
