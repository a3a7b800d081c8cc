using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Verdicts;

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
    public void Scan_OfSegments_CorrectsForTheirNumberToo()
    {
        FeatureMeasurement[] segments = [.. Enumerable.Range(0, 30).Select(i => Measured("a", i == 0 ? 1e-6 : 0.5, 0.3, 500) with { Segment = $"s{i}" })];
        var scan = Judge.Scan(segments, DriftRule.Default);
        Assert.Equal(3e-5, scan.Features[0].AdjustedPValue!.Value, 1e-12);
        Assert.StartsWith("Of 30 measurements 1 drifted (a in s0), 29 are stable", scan.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_OfWhatCannotBeCompared_SaysWhy()
    {
        var scan = Judge.Scan([new("a", null, DriftMethod.Auto, null, "The reference is constant.")], DriftRule.Default);
        Assert.Equal((DriftVerdict.NotComparable, "The reference is constant."), (scan.Verdict, scan.Features[0].Reason));
    }

    [Fact]
    public void Scan_OfNothing_LacksData() =>
        Assert.Equal(DriftVerdict.NotEnoughData, Judge.Scan([], DriftRule.Default).Verdict);

    [Fact]
    public void Scan_FeatureWithItsOwnLimit_IsJudgedByIt()
    {
        var strict = DriftRule.Default with { Features = new Dictionary<string, FeatureRule> { ["a"] = new(DriftMethod.Auto, 0.5) } };
        var scan = Judge.Scan([Measured("a", 1e-9, 0.2, 1000), Measured("b", 1e-9, 0.2, 1000)], strict);
        Assert.Equal([DriftVerdict.Stable, DriftVerdict.Drifted], scan.Features.Select(f => f.Verdict));
        Assert.StartsWith("Changed beyond chance, but too little to matter", scan.Features[0].Reason, StringComparison.Ordinal);
    }

    private static FeatureMeasurement Measured(string name, double p, double effect, long size) =>
        new(name, null, DriftMethod.KolmogorovSmirnov, new(effect, p, size, size, TestMethod.Exact, effect), null);
}
