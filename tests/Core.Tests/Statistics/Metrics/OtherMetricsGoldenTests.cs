using Serverless.Core.Statistics;
using static Serverless.Core.Tests.Statistics.Metrics.GoldenFile;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>Against scikit-learn 1.2.1, SciPy 1.10.1 and Fairlearn 0.8.0. Sums in another order: 1e-12 relative unless said.</summary>
public sealed class OtherMetricsGoldenTests
{
    private const double Tolerance = 1e-12;
    private static readonly ResamplingPlan Plan = ResamplingPlan.Default with { Replicates = 20 };

    [Fact]
    public void Multiclass_EveryGoldenCase_AgreesWithScikitLearn()
    {
        foreach (var c in Cases("multiclass_metrics"))
        {
            var classes = c.GetProperty("labels").GetArrayLength();
            var truth = c.GetProperty("y_true").Integers();
            var predicted = c.GetProperty("y_pred").Integers();
            double[] probabilities = [.. c.GetProperty("probabilities").EnumerateArray().SelectMany(e => e.Numbers())];
            var expected = c.GetProperty("expected");
            void Check(string name, double? actual) => Close(expected.GetProperty(name).Number(), actual, Tolerance, name);
            void Decide(string name, MulticlassMetric metric) => Check(name, MulticlassMetrics.Measure(metric, truth, predicted, classes, [], Plan).Value);
            Decide("accuracy", MulticlassMetric.Accuracy);
            Decide("balanced_accuracy", MulticlassMetric.BalancedAccuracy);
            Decide("mcc", MulticlassMetric.Matthews);
            Decide("cohen_kappa", MulticlassMetric.Kappa);
            Decide("kappa_quadratic", MulticlassMetric.QuadraticKappa);
            void Believe(string name, ProbabilityMetric metric) => Check(name, MulticlassMetrics.Measure(metric, truth, probabilities, classes, [], Plan).Value);
            Believe("log_loss", ProbabilityMetric.LogLoss);
            Believe("brier_multi", ProbabilityMetric.Brier);
            Believe("top2_accuracy", ProbabilityMetric.TopTwoAccuracy);
            if (!expected.TryGetProperty("roc_auc_ovr_macro", out _))
                continue;
            Believe("roc_auc_ovr_macro", ProbabilityMetric.MacroRocAuc);
            Believe("roc_auc_ovr_weighted", ProbabilityMetric.WeightedRocAuc);
            Check("roc_auc_ovo_macro", ClassProbabilities.AucOneAgainstOne(truth, probabilities, classes, prevalence: false));
            Check("roc_auc_ovo_weighted", ClassProbabilities.AucOneAgainstOne(truth, probabilities, classes, prevalence: true));
        }
    }

    [Fact]
    public void ConfusionMatrix_EveryGoldenCase_AgreesPerClassAndAveraged()
    {
        foreach (var c in Cases("multiclass_metrics"))
        {
            var classes = c.GetProperty("labels").GetArrayLength();
            var matrix = ConfusionMatrix.From(c.GetProperty("y_true").Integers(), c.GetProperty("y_pred").Integers(), classes);
            var expected = c.GetProperty("expected");
            var perClass = expected.GetProperty("per_class");
            var cells = expected.GetProperty("confusion_matrix").EnumerateArray().Select(e => e.Numbers()).ToArray();
            for (var k = 0; k < classes; k++)
            {
                var one = matrix.OneAgainstRest(k);
                Close(perClass.GetProperty("precision")[k].Number(), one.Precision ?? 0, Tolerance, "precision");
                Close(perClass.GetProperty("recall")[k].Number(), one.Recall ?? 0, Tolerance, "recall");
                Close(perClass.GetProperty("f1")[k].Number(), one.FBeta(1) ?? 0, Tolerance, "f1");
                Assert.Equal(perClass.GetProperty("support")[k].Number(), one.TruePositive + one.FalseNegative);
                Assert.Equal(cells[k], Enumerable.Range(0, classes).Select(p => matrix[k, p]));
            }
            foreach (var (name, averaging) in new[] { ("prf_macro", Averaging.Macro), ("prf_micro", Averaging.Micro), ("prf_weighted", Averaging.Weighted) })
            {
                var prf = expected.GetProperty(name).Numbers();
                Close(prf[0], matrix.Average(averaging, x => x.Precision), Tolerance, name);
                Close(prf[1], matrix.Average(averaging, x => x.Recall), Tolerance, name);
                Close(prf[2], matrix.Average(averaging, x => x.FBeta(1)), Tolerance, name);
            }
        }
    }

    [Fact]
    public void Regression_EveryGoldenCase_AgreesWithScikitLearn()
    {
        var named = new Dictionary<string, RegressionMetric>
        {
            ["mse"] = RegressionMetric.MeanSquaredError,
            ["rmse"] = RegressionMetric.RootMeanSquaredError,
            ["mae"] = RegressionMetric.MeanAbsoluteError,
            ["r2"] = RegressionMetric.RSquared,
            ["mape"] = RegressionMetric.MeanAbsolutePercentageError,
            ["medae"] = RegressionMetric.MedianAbsoluteError,
            ["explained_variance"] = RegressionMetric.ExplainedVariance,
            ["max_error"] = RegressionMetric.MaximumError,
            ["mean_error"] = RegressionMetric.MeanError,
            ["msle"] = RegressionMetric.MeanSquaredLogError,
            ["pearson"] = RegressionMetric.Pearson,
            ["spearman"] = RegressionMetric.Spearman,
            ["kendall_tau_b"] = RegressionMetric.Kendall,
        };
        foreach (var c in Cases("regression_metrics"))
        {
            var name = c.GetProperty("name").GetString()!;
            var (truth, predicted) = (c.GetProperty("y_true").Numbers(), c.GetProperty("y_pred").Numbers());
            foreach (var expected in c.GetProperty("expected").EnumerateObject())
            {
                var value = expected.Value.Number();
                if (expected.Name == "pinball_0_9")
                    Close(value, RegressionMetrics.Pinball(0.9, truth, predicted, [], Plan).Value, Tolerance, name);
                else if (double.IsNaN(value) || (name == "n1" && expected.Name == "explained_variance"))
                    // One row explains nothing; scikit-learn says 1 for the one and nan for the other, we say neither.
                    Assert.Null(RegressionMetrics.Measure(named[expected.Name], truth, predicted, [], Plan).Value);
                else
                    // At an offset of 1e8 a difference keeps 8 digits of 16, and its spread fewer: both sides round.
                    Close(value, RegressionMetrics.Measure(named[expected.Name], truth, predicted, [], Plan).Value, name == "large_offset" ? 1e-8 : Tolerance, $"{name} {expected.Name}");
            }
        }
    }

    [Fact]
    public void Fairness_EveryGoldenCase_AgreesWithItsFormula()
    {
        foreach (var c in Cases("fairness"))
        {
            var groups = c.GetProperty("group").EnumerateArray().Select(g => g.GetString()!).ToArray();
            var report = GroupFairness.Compare(c.GetProperty("y_true").Booleans(), c.GetProperty("y_pred").Booleans(), groups, 0.95);
            var expected = c.GetProperty("expected");
            foreach (var group in report.Groups)
            {
                var reference = expected.GetProperty("by_group").GetProperty(group.Group);
                Assert.Equal(reference.GetProperty("count").GetInt32(), group.SelectionRate.Count);
                Close(reference.GetProperty("selection_rate").Number(), group.SelectionRate.Value, Tolerance, "selection");
                Close(reference.GetProperty("tpr").Number(), group.Cells.Recall ?? 0, Tolerance, "tpr");
                Close(reference.GetProperty("fpr").Number(), group.Cells.FalsePositiveRate ?? 0, Tolerance, "fpr");
                Close(reference.GetProperty("accuracy").Number(), group.Cells.Accuracy, Tolerance, "accuracy");
                Assert.Equal(reference.GetProperty("positives").Number(), group.Cells.TruePositive + group.Cells.FalseNegative);
                Assert.Equal(reference.GetProperty("negatives").Number(), group.Cells.TrueNegative + group.Cells.FalsePositive);
            }
            Close(expected.GetProperty("demographic_parity_difference").Number(), report.DemographicParityDifference, Tolerance, "parity");
            Close(expected.GetProperty("demographic_parity_ratio").Number(), report.DemographicParityRatio, Tolerance, "parity ratio");
            // The file, as Fairlearn, counts an undefined rate as 0: ranges of our groups' rates, so counted, are what it says.
            double[] hits = [.. report.Groups.Select(g => g.Cells.Recall ?? 0)], alarms = [.. report.Groups.Select(g => g.Cells.FalsePositiveRate ?? 0)];
            Close(expected.GetProperty("equal_opportunity_difference").Number(), hits.Max() - hits.Min(), Tolerance, "opportunity with 0");
            Close(expected.GetProperty("false_positive_rate_difference").Number(), alarms.Max() - alarms.Min(), Tolerance, "fpr with 0");
            var odds = Math.Max(hits.Max() - hits.Min(), alarms.Max() - alarms.Min());
            Close(expected.GetProperty("equalized_odds_difference").Number(), odds, Tolerance, "odds with 0");
            var ratio = Math.Min(hits.Max() == 0 ? 1 : hits.Min() / hits.Max(), alarms.Max() == 0 ? 1 : alarms.Min() / alarms.Max());
            Close(expected.GetProperty("equalized_odds_ratio").Number(), ratio, Tolerance, "odds ratio with 0");
            var fairlearn = expected.GetProperty("fairlearn");
            Close(fairlearn.GetProperty("demographic_parity_difference").GetProperty("v").Number(), report.DemographicParityDifference, Tolerance, "Fairlearn's parity");
            Close(fairlearn.GetProperty("demographic_parity_ratio").GetProperty("v").Number(), report.DemographicParityRatio, Tolerance, "Fairlearn's parity ratio");
            Close(fairlearn.GetProperty("equalized_odds_difference").GetProperty("v").Number(), odds, Tolerance, "Fairlearn's odds");
            Close(fairlearn.GetProperty("equalized_odds_ratio").GetProperty("v").Number(), ratio, Tolerance, "Fairlearn's odds ratio");
            // We leave such a group out, so only cases without one compare.
            if (report.Groups.Any(g => g.Cells.Recall is null || g.Cells.FalsePositiveRate is null))
                continue;
            Close(expected.GetProperty("equal_opportunity_difference").Number(), report.EqualOpportunityDifference, Tolerance, "opportunity");
            Close(expected.GetProperty("false_positive_rate_difference").Number(), report.FalsePositiveRateDifference, Tolerance, "fpr");
            Close(expected.GetProperty("equalized_odds_difference").Number(), report.EqualizedOddsDifference, Tolerance, "odds");
            Close(expected.GetProperty("equalized_odds_ratio").Number(), report.EqualizedOddsRatio, Tolerance, "odds ratio");
        }
    }

    [Fact]
    public void Fairness_GroupWithoutPositives_IsLeftOutOfTheRange()
    {
        var report = GroupFairness.Compare([true, false, false, false], [true, false, true, false], ["a", "a", "b", "b"], 0.95);
        Assert.Null(report.EqualOpportunityDifference);
        Assert.Equal(0.5, report.FalsePositiveRateDifference);
        Assert.Equal(0.5, report.EqualizedOddsDifference);
    }
}
