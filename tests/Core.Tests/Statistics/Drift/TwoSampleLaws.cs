using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Serverless.Core.Statistics;
using TestResult = Serverless.Core.Statistics.TestResult;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>What holds of two-sample tests whatever the samples.</summary>
public sealed class TwoSampleLaws
{
    private static readonly ResamplingPlan Plan = new(199, 7, 0.95, -1);

    [Property(MaxTest = 200)]
    public void Tests_WithTheSidesExchanged_SayTheSame(NonEmptyArray<short> a, NonEmptyArray<short> b)
    {
        double[] x = Values(a), y = Values(b);
        Assert.Equal(MannWhitney.Test(x, y).PValue, MannWhitney.Test(y, x).PValue, 1e-12);
        Assert.Equal(CramerVonMises.Test(x, y).PValue, CramerVonMises.Test(y, x).PValue, 1e-9);
        Assert.Equal(WeightedDistance.Energy(x, y), WeightedDistance.Energy(y, x), 1e-9);
        Assert.Equal(WelchT.Test(x, y)?.PValue ?? -1, WelchT.Test(y, x)?.PValue ?? -1, 1e-12);
        Assert.Equal(AndersonDarling.Test(x, y)?.Statistic ?? 0, AndersonDarling.Test(y, x)?.Statistic ?? 0, 1e-8);
    }

    [Property(MaxTest = 200)]
    public void Tests_OfASampleWithItself_FindNothing(NonEmptyArray<short> a)
    {
        var x = Values(a);
        Assert.Equal(0, WeightedDistance.Energy(x, x));
        Assert.InRange(MannWhitney.Test(x, x).PValue, 0.99, 1);
        Assert.InRange(CramerVonMises.Test(x, x).PValue, 0.9, 1);
        Assert.Equal(1, WelchT.Test(x, x)?.PValue ?? 1, 1e-12);
        Assert.Equal(1, Permutation.Test(x, x, WeightedDistance.Energy, Plan).PValue);
    }

    [Property(MaxTest = 200)]
    public void Welch_OfMoments_IsThatOfTheValues(NonEmptyArray<short> a, NonEmptyArray<short> b)
    {
        double[] x = Values(a), y = Values(b);
        var (expected, found) = (WelchT.Difference(x, y, 0.9), WelchT.Difference(Moments.Of(x), Moments.Of(y), 0.9));
        Assert.Equal(expected is null, found is null);
        if (expected is not { } interval) return;
        var close = 1e-9 * Math.Max(1, interval.High - interval.Low);
        Assert.Equal(interval.Low, found!.Value.Low, close);
        Assert.Equal(interval.High, found.Value.High, close);
    }

    [Property(MaxTest = 200)]
    public void RankTests_UnderAMonotoneMap_SayTheSame(NonEmptyArray<short> a, NonEmptyArray<short> b)
    {
        double[] x = Values(a), y = Values(b), u = [.. x.Select(Map)], v = [.. y.Select(Map)];
        Assert.Equal(MannWhitney.Test(x, y), MannWhitney.Test(u, v));
        Assert.Equal(CramerVonMises.Test(x, y), CramerVonMises.Test(u, v));
        Assert.Equal(AndersonDarling.Test(x, y), AndersonDarling.Test(u, v));

        static double Map(double value) => Math.Cbrt(value) * 3 + value;
    }

    [Property(MaxTest = 200)]
    public void PValues_AreProbabilitiesAndEffectsBounded(NonEmptyArray<short> a, NonEmptyArray<short> b)
    {
        double[] x = Values(a), y = Values(b);
        foreach (var found in (TestResult?[])[MannWhitney.Test(x, y), CramerVonMises.Test(x, y), AndersonDarling.Test(x, y), WelchT.Test(x, y)])
            if (found is { } result)
            {
                Assert.InRange(result.PValue, 0, 1);
                Assert.True(double.IsFinite(result.Statistic) && result.Effect >= 0);
            }
        Assert.InRange(MannWhitney.Test(x, y).Effect, 0, 1);
    }

    [Property(MaxTest = 300)]
    public void Fisher_OfSmallTables_IsTheSumOfAllThatAreNoLikelier(byte a, byte b, byte c, byte d)
    {
        var (p, q, r, s) = (a % 12, b % 12, c % 12, d % 12);
        if (p + q == 0 || r + s == 0) return;
        Assert.Equal(Enumerated(p, q, r, s), FisherExact.Test(p, q, r, s).PValue, 1e-9);
        Assert.Equal(FisherExact.Test(p, q, r, s).PValue, FisherExact.Test(r, s, p, q).PValue, 1e-9);
    }

    [Fact]
    public void Fisher_OfBigCounts_AgreesWithChiSquare()
    {
        var exact = FisherExact.Test(500_000_000, 500_000_000, 500_030_000, 499_970_000);
        var limit = ChiSquare.Pearson([500_000_000, 500_000_000], [500_030_000, 499_970_000], false);
        Assert.Equal(limit.PValue, exact.PValue, 1e-4);
    }

    // 400 p-values; the supremum of the empirical law above the diagonal passes 0.13 with a probability below 1e-6 (Massart 1990: e^(−2·400·0.13²)).
    [Theory]
    [InlineData("mannwhitney")]
    [InlineData("cramervonmises")]
    [InlineData("welch")]
    [InlineData("energy")]
    public void PValues_WithoutChange_AreNoSmallerThanUniform(string test)
    {
        var random = new Random(23);
        var found = Enumerable.Range(0, 400).Select(_ =>
        {
            double[] x = Normal(random, 60), y = Normal(random, 40);
            return test switch
            {
                "mannwhitney" => MannWhitney.Test(x, y).PValue,
                "cramervonmises" => CramerVonMises.Test(x, y).PValue,
                "welch" => WelchT.Test(x, y)!.Value.PValue,
                _ => Permutation.Test(x, y, WeightedDistance.Energy, Plan).PValue,
            };
        }).Order().ToArray();
        for (var at = 0; at < found.Length; at++) Assert.True((at + 1.0) / found.Length - found[at] < 0.13, $"{at + 1} of {found.Length} p-values are at most {found[at]}");
    }

    [Fact]
    public void Tests_OfAShift_GrowWithIt()
    {
        var random = new Random(5);
        double[] x = Normal(random, 200), y = Normal(random, 200);
        double[] last = [2, 2, 2, 2];
        foreach (var shift in (double[])[0.2, 0.6, 1.2])
        {
            double[] moved = [.. y.Select(value => value + shift)];
            double[] now = [MannWhitney.Test(x, moved).PValue, CramerVonMises.Test(x, moved).PValue, WelchT.Test(x, moved)!.Value.PValue, -WeightedDistance.Energy(x, moved)];
            for (var at = 0; at < now.Length; at++) Assert.True(now[at] < last[at]);
            last = now;
        }
    }

    [Fact]
    public void Discrepancy_OfClouds_FindsTheOneThatMovedWhateverTheThreads()
    {
        var random = new Random(3);
        double[] x = Normal(random, 60 * 8), y = Normal(random, 60 * 8), moved = [.. y.Select((value, at) => at % 8 == 0 ? value + 1.5 : value)];
        var same = MaximumMeanDiscrepancy.Test(x, y, 8, null, Plan);
        var apart = MaximumMeanDiscrepancy.Test(x, moved, 8, null, Plan);
        Assert.InRange(same.PValue, 0.02, 1);
        Assert.Equal(1.0 / 200, apart.PValue);
        Assert.Equal(apart, MaximumMeanDiscrepancy.Test(x, moved, 8, null, Plan with { Threads = 1 }));
        Assert.Equal(apart.Statistic, MaximumMeanDiscrepancy.Test(moved, x, 8, null, Plan).Statistic, 1e-12);
    }

    // By hand: one dimension, points 0 and 1 against 1 and 3, σ = 1. k = e^(−d²/2): within e^−½ and e^−2, between e^−½, e^−4.5, 1, e^−2.
    [Fact]
    public void Discrepancy_OfFourPoints_IsWhatTheFormulaSays()
    {
        var expected = Math.Exp(-0.5) + Math.Exp(-2) - (Math.Exp(-0.5) + Math.Exp(-4.5) + 1 + Math.Exp(-2)) / 2;
        Assert.Equal(expected, MaximumMeanDiscrepancy.Test([0, 1], [1, 3], 1, 1, Plan).Statistic, 1e-14);
    }

    [Fact]
    public void MannWhitney_OfAFewValuesAgainstVeryMany_IsExactAndSmall()
    {
        double[] few = [0.5, 1.5, 2.5], many = [.. Enumerable.Range(0, 20_000).Select(at => (double)at)];
        var found = MannWhitney.Test(few, many);
        // U = 1 + 2 + 3: of C(20003, 3) ways, those with U ≤ 6 are 1 + 1 + 2 + 3 + 4 + 5 + 7.
        Assert.Equal((6.0, TestMethod.Exact), (found.Statistic, found.Method));
        Assert.Equal(2 * 23 / (20_003.0 * 20_002 * 20_001 / 6), found.PValue, 1e-20);
    }

    [Fact]
    public void CramerVonMises_OfFiveAgainstFiveApart_IsTwoOfAllWays() =>
        Assert.Equal(2.0 / 252, CramerVonMises.Test([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).PValue, 1e-12);

    [Fact]
    public void Permutation_OfAStatisticThatIsNoNumber_IsRefusedOrCountsAgainst()
    {
        Assert.Throws<ArgumentException>(() => Permutation.Test([1, 2], [3], (_, _) => double.NaN, Plan));
        Assert.Equal(1, Permutation.Test([1, 2], [3, 4], (x, _) => x[0] == 1 && x[1] == 2 ? 1 : double.NaN, Plan).PValue, 0.5);
    }

    [Theory]
    [InlineData(1e200)]
    [InlineData(1e-200)]
    public void Discrepancy_OfAnyScale_IsTheSame(double scale)
    {
        double[] x = [0, 1, 2, 3], y = [2, 3, 4, 6];
        var plain = MaximumMeanDiscrepancy.Test(x, y, 1, null, Plan);
        var scaled = MaximumMeanDiscrepancy.Test([.. x.Select(value => value * scale)], [.. y.Select(value => value * scale)], 1, null, Plan);
        Assert.Equal((plain.Statistic, plain.PValue), (scaled.Statistic, scaled.PValue), (a, b) => Math.Abs(a.Statistic - b.Statistic) < 1e-9 && a.PValue == b.PValue);
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Test(x, y, 1, 0, Plan));
    }

    [Theory]
    [InlineData(new double[] { }, new double[] { 1 })]
    [InlineData(new[] { double.NaN }, new double[] { 1 })]
    [InlineData(new double[] { 1 }, new[] { double.PositiveInfinity })]
    public void Tests_OfNoSample_AreRefused(double[] x, double[] y)
    {
        Assert.Throws<ArgumentException>(() => MannWhitney.Test(x, y));
        Assert.Throws<ArgumentException>(() => CramerVonMises.Test(x, y));
        Assert.Throws<ArgumentException>(() => AndersonDarling.Test(x, y));
        Assert.Throws<ArgumentException>(() => WelchT.Test(x, y));
        Assert.Throws<ArgumentException>(() => WeightedDistance.Energy(x, y));
        Assert.Throws<ArgumentException>(() => Permutation.Test(x, y, WeightedDistance.Energy, Plan));
    }

    [Fact]
    public void Tests_OfExtremeMagnitudes_StayDefined()
    {
        foreach (var scale in (double[])[1e-310, 1e-30, 1e30, 1e300])
        {
            double[] x = [.. Enumerable.Range(0, 20).Select(at => at * scale)], y = [.. Enumerable.Range(0, 20).Select(at => (at + 3) * scale)];
            var t = WelchT.Test(x, y)!.Value;
            Assert.Equal(WelchT.Test([.. Enumerable.Range(0, 20).Select(at => (double)at)], [.. Enumerable.Range(0, 20).Select(at => at + 3.0)])!.Value.Statistic, t.Statistic, 1e-6);
            Assert.True(double.IsFinite(WeightedDistance.Energy(x, y)));
        }
    }

    private static double[] Values(NonEmptyArray<short> values) => [.. values.Get.Select(value => (double)(value % 50))];

    private static double[] Normal(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];

    private static double Enumerated(int a, int b, int c, int d)
    {
        int row = a + b, column = a + c, all = a + b + c + d;
        double Probability(int k) => Choose(row, k) * Choose(all - row, column - k) / Choose(all, column);
        return Enumerable.Range(Math.Max(0, column - (all - row)), Math.Min(row, column) - Math.Max(0, column - (all - row)) + 1)
            .Select(Probability).Where(probability => probability <= Probability(a) * (1 + 1e-7)).Sum();

        static double Choose(int n, int k) => Enumerable.Range(1, k).Aggregate(1.0, (product, at) => product * (n - k + at) / at);
    }
}
