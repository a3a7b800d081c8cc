using FsCheck;
using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Metrics;

public sealed class MetricLaws
{
    private static readonly ResamplingPlan Plan = ResamplingPlan.Default with { Replicates = 100 };

    private static (bool[] Labels, double[] Scores) Rows(int seed, int n = 60)
    {
        var random = new Random(seed);
        bool[] labels = [.. Enumerable.Range(0, n).Select(i => i % 3 == 0)];
        return (labels, [.. labels.Select(l => Math.Round((random.NextDouble() + (l ? 0.3 : 0)) / 1.3, 2))]);
    }

    [Property(MaxTest = 100)]
    public void RocAuc_MonotoneMapOfScores_ChangesNothing(int seed)
    {
        var (labels, scores) = Rows(seed);
        double[] mapped = [.. scores.Select(s => Math.Exp(5 * s) - 7)];
        double[] negated = [.. scores.Select(s => -s)];
        var area = new ScoreRanking(labels, scores).RocAuc()!.Value;
        Assert.Equal(area, new ScoreRanking(labels, mapped).RocAuc());
        Assert.Equal(1 - area, new ScoreRanking(labels, negated).RocAuc()!.Value, 1e-12);
    }

    [Property(MaxTest = 20)]
    public void Measure_AnyMetric_LiesInItsInterval(int seed)
    {
        var (labels, scores) = Rows(seed);
        foreach (var metric in Enum.GetValues<BinaryMetric>().Except([BinaryMetric.CalibrationError, BinaryMetric.Separation]))
        {
            var estimate = BinaryMetrics.Measure(metric, labels, scores, 0.5, [], Plan);
            if (estimate is { Value: { } value, Interval: { } interval })
                Assert.InRange(value, interval.Low - 1e-12, interval.High + 1e-12);
        }
    }

    [Fact]
    public void Bootstrap_WhateverTheThreads_GivesTheSameInterval()
    {
        var (labels, scores) = Rows(1);
        var one = BinaryMetrics.Measure(BinaryMetric.F1, labels, scores, 0.5, [], Plan with { Threads = 1 });
        Assert.Equal(one, BinaryMetrics.Measure(BinaryMetric.F1, labels, scores, 0.5, [], Plan with { Threads = 5 }));
    }

    [Fact]
    public void Wilson_FourOfTen_IsThePublishedInterval() =>
        // 4/10 at 95 %: 0.168 … 0.687 (Brown, Cai, DasGupta 2001).
        Assert.True(Intervals.Wilson(4, 10, 0.95) is { } i && Math.Abs(i.Low - 0.168) < 5e-4 && Math.Abs(i.High - 0.687) < 5e-4);

    [Fact]
    public void SymmetricPercentageError_ByHand_CountsZeroPairsAsRight() =>
        // 2·1/(1+2) = 2/3, 0 for 0/0, 2 for 0 against 5: mean 8/9.
        Assert.Equal(8.0 / 9, RegressionMetrics.Measure(RegressionMetric.SymmetricPercentageError, [1, 0, 0], [2, 0, 5], [], Plan).Value!.Value, 1e-15);

    [Fact]
    public void Lift_PerfectRanking_IsOneOverPrevalence()
    {
        bool[] labels = [true, true, false, false, false, false, false, false, false, false];
        Assert.Equal(5, new ScoreRanking(labels, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]).Lift(0.1));
        Assert.Equal(1, new ScoreRanking(labels, new double[10]).Lift(0.1)!.Value, 1e-12);
    }

    [Fact]
    public void Measure_EdgeCases_AreUndefinedOrRefused()
    {
        Assert.Null(BinaryMetrics.Measure(BinaryMetric.RocAuc, [], [], 0.5, [], Plan).Value);
        Assert.Null(BinaryMetrics.Measure(BinaryMetric.RocAuc, [true, true], [0.1, 0.2], 0.5, [], Plan).Value);
        Assert.Null(BinaryMetrics.Measure(BinaryMetric.Accuracy, [true, false], [1, 0], 0.5, [0, 0], Plan).Value);
        Assert.Equal(0.5, BinaryMetrics.Measure(BinaryMetric.RocAuc, [true, false], [1, 1], 0.5, [], Plan).Value);
        Assert.Throws<ArgumentException>(() => BinaryMetrics.Measure(BinaryMetric.RocAuc, [true, false], [1, double.NaN], 0.5, [], Plan));
        Assert.Null(RegressionMetrics.Measure(RegressionMetric.RSquared, [], [], [], Plan).Value);
    }
}
