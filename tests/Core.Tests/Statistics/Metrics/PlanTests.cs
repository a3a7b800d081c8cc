using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>A plan that cannot be is refused wherever a plan is taken, even where this call would not have drawn.</summary>
public sealed class PlanTests
{
    [Theory]
    [InlineData(0, 0.95, -1)]
    [InlineData(-5, 0.95, -1)]
    [InlineData(10, 0, -1)]
    [InlineData(10, 1, -1)]
    [InlineData(10, double.NaN, -1)]
    [InlineData(10, 0.95, 0)]
    [InlineData(10, 0.95, -2)]
    public void Plan_ThatCannotBe_IsRefusedEverywhere(int replicates, double level, int threads)
    {
        var plan = new ResamplingPlan(replicates, 1, level, threads);
        double[] x = [1, 2, 4], y = [2, 3, 5];
        Action[] uses =
        [
            () => Permutation.Test(x, y, WeightedDistance.Energy, plan),
            () => MaximumMeanDiscrepancy.Test(x, y, 1, null, plan),
            () => PairedComparison.Permute(x, y, plan),
            () => PairedComparison.Resample(x, y, plan),
            () => Bootstrap.Replicates(3, default, _ => 1, plan),
            () => Bootstrap.Estimate(3, default, _ => 1, plan),
            () => BinaryMetrics.Measure(BinaryMetric.RocAuc, [true, false], [1, 0], 0.5, [], plan),
            () => MulticlassMetrics.Measure(MulticlassMetric.Accuracy, [0, 1], [0, 1], 2, [], plan),
            () => MulticlassMetrics.Measure(ProbabilityMetric.Brier, [0, 1], [1, 0, 0, 1], 2, [], plan),
            () => RegressionMetrics.Measure(RegressionMetric.MaximumError, x, y, [], plan),
            () => RegressionMetrics.Pinball(0.5, x, y, [], plan),
        ];
        Assert.All(uses, use => Assert.Throws<ArgumentException>(use));
    }

    [Fact]
    public void FisherExact_OfEmptyCells_HasAnOddsRatioAllTheSame()
    {
        Assert.Equal((0, double.MaxValue, 1.0), (FisherExact.Test(0, 3, 4, 5).Statistic, FisherExact.Test(3, 0, 4, 5).Statistic, FisherExact.Test(3, 0, 4, 0).Statistic));
        Assert.Equal((0, double.MaxValue), (FisherExact.Test(3, 4, 5, 0).Statistic, FisherExact.Test(3, 4, 0, 5).Statistic));
    }
}
