using System.Text.Json;
using Serverless.Core.Statistics;
using static Serverless.Core.Tests.Statistics.Metrics.GoldenFile;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>Against scikit-learn 1.2.1. Sums of at most 500 terms in another order: 1e-12 relative.</summary>
public sealed class BinaryMetricsGoldenTests
{
    private const double Tolerance = 1e-12;
    private static readonly ResamplingPlan Plan = ResamplingPlan.Default with { Replicates = 20 };

    private static readonly Dictionary<string, BinaryMetric> Named = new()
    {
        ["accuracy"] = BinaryMetric.Accuracy,
        ["balanced_accuracy"] = BinaryMetric.BalancedAccuracy,
        ["precision"] = BinaryMetric.Precision,
        ["recall"] = BinaryMetric.Recall,
        ["f1"] = BinaryMetric.F1,
        ["f2"] = BinaryMetric.F2,
        ["mcc"] = BinaryMetric.Matthews,
        ["cohen_kappa"] = BinaryMetric.Kappa,
        ["jaccard"] = BinaryMetric.Jaccard,
        ["log_loss"] = BinaryMetric.LogLoss,
        ["brier"] = BinaryMetric.Brier,
        ["roc_auc"] = BinaryMetric.RocAuc,
        ["average_precision"] = BinaryMetric.AveragePrecision,
        ["ks_scores"] = BinaryMetric.Separation,
        ["gini"] = BinaryMetric.Gini,
        ["ece_10"] = BinaryMetric.CalibrationError,
    };

    [Fact]
    public void Measure_EveryGoldenCase_AgreesWithScikitLearn()
    {
        var compared = 0;
        foreach (var c in Cases("binary_metrics"))
        {
            var (labels, scores, weights) = Data(c);
            foreach (var expected in c.GetProperty("expected").EnumerateObject().Where(e => Named.ContainsKey(e.Name)))
            {
                var measured = BinaryMetrics.Measure(Named[expected.Name], labels, scores, c.GetProperty("threshold").GetDouble(), weights, Plan);
                // scikit-learn's zero_division: 0 where the ratio is undefined.
                Close(expected.Value.Number(), measured.Value ?? 0, Tolerance, $"{c.GetProperty("name")} {expected.Name}");
                compared++;
            }
        }
        Assert.InRange(compared, 464, 1000);
    }

    [Fact]
    public void Confusion_EveryGoldenCase_AgreesCellByCell()
    {
        foreach (var c in Cases("binary_metrics"))
        {
            var (labels, scores, weights) = Data(c);
            var cells = BinaryConfusion.From(labels, scores, c.GetProperty("threshold").GetDouble(), weights);
            var expected = c.GetProperty("expected");
            var matrix = expected.GetProperty("confusion_matrix").EnumerateArray().SelectMany(e => e.Numbers()).ToArray();
            double[] actual = [cells.TrueNegative, cells.FalsePositive, cells.FalseNegative, cells.TruePositive];
            for (var i = 0; i < 4; i++)
                Close(matrix[i], actual[i], Tolerance, $"{c.GetProperty("name")} cell {i}");
            var macro = ((cells.FBeta(1) ?? 0) + (cells.Swapped.FBeta(1) ?? 0)) / 2;
            Close(expected.GetProperty("f1_macro").Number(), macro, Tolerance, "f1_macro");
        }
    }

    [Fact]
    public void WeightedF1_EveryGoldenCase_AgreesWithScikitLearn()
    {
        foreach (var c in Cases("binary_metrics"))
        {
            var (labels, scores, weights) = Data(c);
            var threshold = c.GetProperty("threshold").GetDouble();
            int[] truth = [.. labels.Select(l => l ? 1 : 0)];
            int[] predicted = [.. scores.Select(s => s >= threshold ? 1 : 0)];
            var matrix = ConfusionMatrix.From(truth, predicted, 2, weights);
            Close(c.GetProperty("expected").GetProperty("f1_weighted").Number(), matrix.Average(Averaging.Weighted, k => k.FBeta(1)), Tolerance, "f1_weighted");
        }
    }

    [Fact]
    public void Curves_EveryGoldenCase_AgreePointByPoint()
    {
        var compared = 0;
        foreach (var c in Cases("binary_metrics"))
        {
            var (labels, scores, weights) = Data(c);
            var expected = c.GetProperty("expected");
            var ranking = new ScoreRanking(labels, scores);
            if (expected.TryGetProperty("pr_auc_trapezoid", out var area))
                Close(area.Number(), ranking.PrecisionRecallTrapezoid(weights), Tolerance, "trapezoid");
            if (expected.TryGetProperty("delong_variance", out var variance) && variance.ValueKind == JsonValueKind.Number)
                Close(variance.Number(), DeLong.Variance(labels, scores), Tolerance, "DeLong");
            if (expected.TryGetProperty("calibration_curve_uniform_5", out var uniform))
                compared += CompareBins(uniform, Calibration.Uniform(labels, scores, 5));
            if (expected.TryGetProperty("calibration_curve_quantile_5", out var quantile))
                compared += CompareBins(quantile, Calibration.Quantile(labels, scores, 5));
            if (expected.TryGetProperty("roc_curve", out var roc) && roc.ValueKind == JsonValueKind.Object)
                compared += CompareCurve(roc, ranking.RocCurve());
        }
        Assert.InRange(compared, 60, 10_000);
    }

    private static int CompareBins(Golden expected, IReadOnlyList<CalibrationBin> bins)
    {
        var (observed, predicted) = (expected.GetProperty("prob_true").Numbers(), expected.GetProperty("prob_pred").Numbers());
        Assert.Equal(observed.Length, bins.Count);
        for (var i = 0; i < bins.Count; i++)
        {
            Close(observed[i], bins[i].MeanObserved, Tolerance, "observed");
            Close(predicted[i], bins[i].MeanPredicted, Tolerance, "predicted");
        }
        return bins.Count;
    }

    private static int CompareCurve(Golden expected, IReadOnlyList<RocPoint> curve)
    {
        Assert.Equal(expected.GetProperty("fpr").Numbers(), curve.Select(p => p.FalsePositiveRate));
        Assert.Equal(expected.GetProperty("tpr").Numbers(), curve.Select(p => p.TruePositiveRate));
        Assert.Equal(expected.GetProperty("thresholds_first_is_max_plus_1").Numbers()[1..], curve.Skip(1).Select(p => p.Threshold!.Value));
        return curve.Count;
    }

    private static (bool[] Labels, double[] Scores, double[] Weights) Data(Golden c) =>
        (c.GetProperty("y_true").Booleans(), c.GetProperty("score").Numbers(), c.GetProperty("weights").Numbers());
}
