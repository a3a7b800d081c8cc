using Serverless.Core.Statistics;
using TestResult = Serverless.Core.Statistics.TestResult;

namespace Serverless.Core.Tests.Statistics.Verdicts;

/// <summary>Whole scans of thirty features by the default rule; docs/statistics.md holds the figures of many more.</summary>
public sealed class ScanTests
{
    // A rate of 1 % exceeds 14 alarms in 300 scans with a probability below 1e-6 (binomial).
    [Fact]
    public void CleanScans_OfThirtyFeatures_AlarmAtMostAtTheRate()
    {
        var random = new Random(20261123);
        var alarms = Enumerable.Range(0, 300).Count(_ => Scan(30, () => Normals(random, 300, 0), _ => Normals(random, 100, 0)) == DriftVerdict.Drifted);
        Assert.InRange(alarms, 0, 14);
    }

    // The study finds 98 %; fewer than 86 of 100 then has a probability below 1e-8.
    [Fact]
    public void AQuarterDeviation_InOneOfThirtyFeatures_IsFound()
    {
        var random = new Random(20261124);
        FeatureColumn reference = Normals(random, 20_000, 0);
        var found = Enumerable.Range(0, 100).Count(_ => Scan(30, () => reference, f => Normals(random, 1_000, f == 0 ? 0.25 : 0)) == DriftVerdict.Drifted);
        Assert.InRange(found, 86, 100);
    }

    // Without noise: a shift of 0.02 standard deviations of a normal feature is a D of 0.008.
    [Fact]
    public void AShiftOfNoRelevance_InAMillionRows_IsSignificantAndStable()
    {
        double[] reference = [.. Enumerable.Range(0, 1_000_000).Select(i => i * 1e-6)], current = [.. reference.Select(x => x + 0.008)];
        var scan = Judge.Scan([Measure.Feature("a", null, FeatureColumn.OfSorted(reference, 0), FeatureColumn.OfSorted(current, 0), DriftMethod.Auto)], DriftRule.Default);
        Assert.Equal(DriftVerdict.Stable, scan.Verdict);
        Assert.InRange(scan.Features[0].AdjustedPValue!.Value, 0, 1e-20);
        Assert.StartsWith("Changed beyond chance, but too little to matter", scan.Features[0].Reason, StringComparison.Ordinal);
    }

    // V of a table depends on how unequal the sides are; an effect that a limit is set on must not.
    [Theory]
    [InlineData(DriftMethod.ChiSquare)]
    [InlineData(DriftMethod.PopulationStability)]
    [InlineData(DriftMethod.JensenShannon)]
    [InlineData(DriftMethod.Hellinger)]
    [InlineData(DriftMethod.TotalVariation)]
    public void Effect_OfTheSameShares_DoesNotDependOnTheSizes(DriftMethod method)
    {
        double Effect(long n, long m) => Measure.Feature("a", null, Shares(n, 0.5, 0.3, 0.2), Shares(m, 0.4, 0.35, 0.25), method).Test!.Value.Effect;
        var large = Effect(100_000_000, 100_000_000);
        Assert.Equal(large, Effect(100_000_000, 1_000_000), large * 1e-3);
        Assert.Equal(large, Effect(1_000_000, 100_000_000), large * 1e-3);
    }

    // Just below the 1,000 expected rows from which on the limit law serves, the draws must agree with it: 50 exceedances leave a standard deviation of 14 %, of which there are four.
    [Theory]
    [InlineData(DriftMethod.ChiSquare)]
    [InlineData(DriftMethod.LikelihoodRatio)]
    [InlineData(DriftMethod.PopulationStability)]
    [InlineData(DriftMethod.JensenShannon)]
    [InlineData(DriftMethod.Hellinger)]
    public void Draws_WhereCellsAreWellFilled_AgreeWithTheLimitLaw(DriftMethod method)
    {
        TestResult Test(long rare) => Measure.Feature("a", null, FeatureColumn.OfCounts([new("x", 3_000), new("y", rare)], 0),
            FeatureColumn.OfCounts([new("x", 3_120), new("y", rare - 120)], 0), method).Test!.Value;
        var (drawn, limit) = (Test(1_050), Test(1_065));
        Assert.Equal((TestMethod.Permutation, TestMethod.Asymptotic), (drawn.Method, limit.Method));
        Assert.InRange(drawn.PValue / limit.PValue, 0.45, 1.7);
    }

    private static FeatureColumn Shares(long rows, params double[] shares) =>
        FeatureColumn.OfCounts(shares.Select((share, i) => KeyValuePair.Create($"{i}", (long)Math.Round(share * rows))), 0);

    private static DriftVerdict Scan(int features, Func<FeatureColumn> reference, Func<int, FeatureColumn> current) => Judge.Scan(
        [.. Enumerable.Range(0, features).Select(f => Measure.Feature($"f{f}", null, reference(), current(f), DriftMethod.Auto))], DriftRule.Default).Verdict;

    private static FeatureColumn Normals(Random random, int count, double mean) => FeatureColumn.OfNumbers(
        [.. Enumerable.Range(0, count).Select(_ => mean + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))]);
}
