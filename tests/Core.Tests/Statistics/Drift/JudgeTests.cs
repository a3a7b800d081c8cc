using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Drift;

public sealed class JudgeTests
{
    [Theory]
    [InlineData(1e-9, 0.2, 1000, DriftVerdict.Drifted)]
    [InlineData(1e-9, 0.01, 1_000_000, DriftVerdict.Stable)]
    [InlineData(0.2, 0.2, 100, DriftVerdict.Stable)]
    [InlineData(1e-9, 0.9, 29, DriftVerdict.NotEnoughData)]
    public void Scan_OfOneFeature_AsksForSignificanceRelevanceAndData(double p, double effect, long size, DriftVerdict expected) =>
        Assert.Equal(expected, Judge.Scan([Measured("a", p, effect, size)], DriftRule.Default).Verdict);

    [Fact]
    public void Scan_OfManyFeatures_CorrectsForTheirNumber()
    {
        FeatureMeasurement[] thirty = [.. Enumerable.Range(0, 30).Select(i => Measured($"f{i}", i == 0 ? 0.005 : 0.5, 0.3, 500))];
        Assert.Equal(DriftVerdict.Drifted, Judge.Scan(thirty[..1], DriftRule.Default).Verdict);
        Assert.Equal(DriftVerdict.Stable, Judge.Scan(thirty, DriftRule.Default).Verdict);
    }

    [Fact]
    public void Scan_OfWhatCannotBeCompared_SaysWhy()
    {
        var scan = Judge.Scan([new("a", null, "The reference is constant.")], DriftRule.Default);
        Assert.Equal((DriftVerdict.NotComparable, "The reference is constant."), (scan.Verdict, scan.Features[0].Reason));
    }

    // Binomial(2,000, 0.01) exceeds 45 with probability below 1e-6.
    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    public void Scan_OfCleanWindows_AlarmsAtMostAtItsRate(int size)
    {
        var random = new Random(20261123);
        var alarms = 0;
        for (var scan = 0; scan < 2000; scan++)
        {
            var test = KolmogorovSmirnov.Test(Uniform(random, size), Uniform(random, size));
            alarms += Judge.Scan([new("a", test, null)], DriftRule.Default).Verdict == DriftVerdict.Drifted ? 1 : 0;
        }
        Assert.InRange(alarms, 1, 45);
    }

    private static double[] Uniform(Random random, int size) => [.. Enumerable.Range(0, size).Select(_ => random.NextDouble())];

    private static FeatureMeasurement Measured(string name, double p, double effect, long size) =>
        new(name, new(effect, p, size, size, TestMethod.Exact, effect), null);
}
