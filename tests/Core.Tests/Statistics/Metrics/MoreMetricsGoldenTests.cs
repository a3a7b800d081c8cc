using Serverless.Core.Statistics;
using static Serverless.Core.Tests.Statistics.Metrics.GoldenFile;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>Against more_metrics.py: weights with several classes, F-beta averaged, areas with ties and weights, lift, sMAPE, intervals, DeLong's comparison. Sums in another order: 1e-12.</summary>
public sealed class MoreMetricsGoldenTests
{
    private const double Tolerance = 1e-12;
    private static readonly ResamplingPlan Plan = ResamplingPlan.Default with { Replicates = 40 };

    private static IEnumerable<Golden> Of(string kind) => Cases("more_metrics").Where(c => c.GetProperty("kind").GetString() == kind);

    [Fact]
    public void SeveralClasses_WithWeights_AgreeWithScikitLearn()
    {
        foreach (var c in Of("several"))
        {
            var (classes, truth, predicted, weights) = (c.GetProperty("classes").GetInt32(), c.GetProperty("truth").Integers(), c.GetProperty("predicted").Integers(), c.GetProperty("weights").Numbers());
            double[] probabilities = [.. c.GetProperty("probabilities").EnumerateArray().SelectMany(row => row.Numbers())];
            var expected = c.GetProperty("expected");
            Decided("accuracy", MulticlassMetric.Accuracy);
            Decided("balanced_accuracy", MulticlassMetric.BalancedAccuracy);
            Decided("mcc", MulticlassMetric.Matthews);
            Decided("kappa", MulticlassMetric.Kappa);
            Decided("kappa_quadratic", MulticlassMetric.QuadraticKappa);
            Decided("precision_macro", MulticlassMetric.MacroPrecision);
            Decided("precision_micro", MulticlassMetric.MicroPrecision);
            Decided("precision_weighted", MulticlassMetric.WeightedPrecision);
            Decided("recall_macro", MulticlassMetric.MacroRecall);
            Decided("recall_micro", MulticlassMetric.MicroRecall);
            Decided("recall_weighted", MulticlassMetric.WeightedRecall);
            Decided("f1_macro", MulticlassMetric.MacroF1);
            Decided("f1_micro", MulticlassMetric.MicroF1);
            Decided("f1_weighted", MulticlassMetric.WeightedF1);
            Said("log_loss", ProbabilityMetric.LogLoss);
            Said("brier", ProbabilityMetric.Brier);
            Said("top2", ProbabilityMetric.TopTwoAccuracy);
            Said("roc_macro", ProbabilityMetric.MacroRocAuc);
            Said("roc_weighted", ProbabilityMetric.WeightedRocAuc);
            Said("ap_macro", ProbabilityMetric.MacroAveragePrecision);
            Said("ap_weighted", ProbabilityMetric.WeightedAveragePrecision);
            foreach (var (name, beta) in new[] { ("f0.5", 0.5), ("f1", 1), ("f2", 2.0) })
                foreach (var averaging in Enum.GetValues<Averaging>())
                    Same($"{name}_{averaging.ToString().ToLowerInvariant()}", MulticlassMetrics.FBeta(beta, averaging, truth, predicted, classes, weights, Plan));
            foreach (var (name, metric) in new[] { ("precision", BinaryMetric.Precision), ("recall", BinaryMetric.Recall), ("f1", BinaryMetric.F1), ("f2", BinaryMetric.F2) })
                foreach (var (one, found) in expected.GetProperty("per_class").GetProperty(name).Numbers().Zip(MulticlassMetrics.PerClass(metric, truth, predicted, classes, weights, Plan)))
                    Within(one, found, name);
            var matrix = ConfusionMatrix.From(truth, predicted, classes, weights);
            for (var t = 0; t < classes; t++)
                for (var p = 0; p < classes; p++)
                    Close(expected.GetProperty("confusion")[t][p].Number(), matrix[t, p], Tolerance, "cell");

            void Decided(string name, MulticlassMetric metric) => Same(name, MulticlassMetrics.Measure(metric, truth, predicted, classes, weights, Plan));
            void Said(string name, ProbabilityMetric metric) => Same(name, MulticlassMetrics.Measure(metric, truth, probabilities, classes, weights, Plan));
            void Same(string name, Estimate found) => Within(expected.GetProperty(name).Number(), found, name);
        }
    }

    [Fact]
    public void TwoClasses_WithTiesAndWeights_AgreeWithTheirDefinitions()
    {
        foreach (var c in Of("two"))
        {
            var (labels, scores, weights, expected) = (c.GetProperty("labels").Booleans(), c.GetProperty("scores").Numbers(), c.GetProperty("weights").Numbers(), c.GetProperty("expected"));
            var ranking = new ScoreRanking(labels, scores);
            foreach (var fraction in (double[])[0.05, 0.1, 0.25, 0.5, 1])
                Close(expected.GetProperty($"lift_{fraction:R}").Number(), ranking.Lift(fraction, weights), Tolerance, $"lift {fraction}");
            foreach (var (name, metric) in new[] { ("ece", BinaryMetric.CalibrationError), ("f_half", BinaryMetric.FHalf), ("specificity", BinaryMetric.Specificity), ("roc", BinaryMetric.RocAuc),
                ("ap", BinaryMetric.AveragePrecision), ("log_loss", BinaryMetric.LogLoss), ("brier", BinaryMetric.Brier), ("lift_0.1", BinaryMetric.LiftAtTenth) })
                Within(expected.GetProperty(name).Number(), BinaryMetrics.Measure(metric, labels, scores, 0.5, weights, Plan), name);
        }
    }

    [Fact]
    public void Regression_WithWeights_AgreesWithScikitLearn()
    {
        foreach (var c in Of("regression"))
        {
            var (truth, predicted, weights, expected) = (c.GetProperty("truth").Numbers(), c.GetProperty("predicted").Numbers(), c.GetProperty("weights").Numbers(), c.GetProperty("expected"));
            foreach (var (name, metric) in new[] { ("mae", RegressionMetric.MeanAbsoluteError), ("mse", RegressionMetric.MeanSquaredError), ("rmse", RegressionMetric.RootMeanSquaredError), ("mape", RegressionMetric.MeanAbsolutePercentageError),
                ("smape", RegressionMetric.SymmetricPercentageError), ("r2", RegressionMetric.RSquared), ("explained", RegressionMetric.ExplainedVariance), ("median", RegressionMetric.MedianAbsoluteError) })
                Within(expected.GetProperty(name).Number(), RegressionMetrics.Measure(metric, truth, predicted, weights, Plan), name);
            Within(expected.GetProperty("pinball").Number(), RegressionMetrics.Pinball(0.3, truth, predicted, weights, Plan), "pinball");
            if (!expected.TryGetProperty("mae_interval", out var student)) continue;
            var plan = Plan with { Level = 0.9 };
            // A loss is not below 0, and neither is its interval.
            Interval(student, RegressionMetrics.Measure(RegressionMetric.MeanAbsoluteError, truth, predicted, [], plan).Interval, least: 0);
            Interval(expected.GetProperty("pearson_interval"), RegressionMetrics.Measure(RegressionMetric.Pearson, truth, predicted, [], plan).Interval);
        }
    }

    [Fact]
    public void DeLong_OfEveryCase_IsItsDefinition()
    {
        foreach (var c in Of("delong"))
        {
            var (labels, first, second, expected) = (c.GetProperty("labels").Booleans(), c.GetProperty("first").Numbers(), c.GetProperty("second").Numbers(), c.GetProperty("expected"));
            var (found, area) = (AucComparison.Compare(labels, first, second, 0.95), DeLong.Auc(labels, first, 0.95));
            Close(expected.GetProperty("area").Number(), area.Value, Tolerance, "area");
            Close(expected.GetProperty("variance").Number(), DeLong.Variance(labels, first), Tolerance, "variance");
            Close(expected.GetProperty("difference").Number(), found.Difference, Tolerance, "difference");
            Close(expected.GetProperty("z").Number(), found.Statistic, 1e-10, "z");
            Close(expected.GetProperty("p").Number(), found.PValue, 1e-10, "p");
            Interval(expected.GetProperty("interval"), found.Interval);
            Interval(expected.GetProperty("area_interval"), area.Interval);
        }
    }

    // 5e-9: the reference's quantiles of Student's law (2.13184678134 at four degrees, where it is 2.13184678633).
    private static void Interval(Golden expected, ConfidenceInterval? found, double least = double.MinValue)
    {
        Close(Math.Max(least, expected[0].Number()), found!.Value.Low, 5e-9, "low");
        Close(expected[1].Number(), found.Value.High, 5e-9, "high");
    }

    // Every figure has an interval, at the plan's level and in order.
    private static void Within(double expected, Estimate found, string name)
    {
        Close(expected, found.Value ?? 0, name == "mape" ? 1e-10 : Tolerance, name);
        Assert.True(found.Value is null || found.Interval is { } interval && interval.Low <= interval.High && interval.Level == 0.95, $"{name} has no interval");
    }
}
