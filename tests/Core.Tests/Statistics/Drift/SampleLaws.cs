using FsCheck;
using FsCheck.Xunit;
using Serverless.Core.Statistics;
using TestResult = Serverless.Core.Statistics.TestResult;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>What holds of the tests of two samples that <see cref="TwoSampleLaws"/> does not cover, and of the distances, whatever the samples.</summary>
public sealed class SampleLaws
{
    [Property(MaxTest = 200)]
    public void Tests_WithTheSidesExchanged_SayTheSame(NonEmptyArray<short> a, NonEmptyArray<short> b)
    {
        double[] x = Values(a), y = Values(b);
        Same(KolmogorovSmirnov.Test(x, y), KolmogorovSmirnov.Test(y, x));
        Same(OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Less), OneSidedKolmogorovSmirnov.Test(y, x, Alternative.Greater));
        Same(OneSidedKolmogorovSmirnov.Asymptotic(x, y, Alternative.Less), OneSidedKolmogorovSmirnov.Asymptotic(y, x, Alternative.Greater));
        Same(MannWhitney.Asymptotic(x, y, Alternative.Less), MannWhitney.Asymptotic(y, x, Alternative.Greater));
        Same(BrownForsythe.Test(x, y), BrownForsythe.Test(y, x));
        Same(BrunnerMunzel.Test(x, y), BrunnerMunzel.Test(y, x));
        Same(EppsSingleton.Test(x, y), EppsSingleton.Test(y, x), 1e-6);
        Assert.Equal(Wasserstein.Distance(x, y), Wasserstein.Distance(y, x), 1e-9);
    }

    [Property(MaxTest = 200)]
    public void Tests_OfASampleWithItself_FindNothing(NonEmptyArray<short> a)
    {
        var x = Values(a);
        Assert.Equal((0, 1), (KolmogorovSmirnov.Test(x, x).Statistic, KolmogorovSmirnov.Test(x, x).PValue));
        Assert.Equal(1, OneSidedKolmogorovSmirnov.Test(x, x, Alternative.Less).PValue);
        Assert.Equal(1, BrownForsythe.Test(x, x)?.PValue ?? 1, 1e-9);
        Assert.Equal(1, BrunnerMunzel.Test(x, x)?.PValue ?? 1, 1e-9);
        Assert.Equal(1, EppsSingleton.Test(x, x)?.PValue ?? 1, 1e-9);
        Assert.Equal(0, Wasserstein.Distance(x, x));
        Assert.True((AndersonDarling.Test(x, x)?.Statistic ?? -1) < 0);
    }

    [Property(MaxTest = 200)]
    public void RankTests_UnderAMonotoneMap_SayTheSame(NonEmptyArray<short> a, NonEmptyArray<short> b)
    {
        double[] x = Values(a), y = Values(b), u = [.. x.Select(Map)], v = [.. y.Select(Map)];
        Assert.Equal(KolmogorovSmirnov.Test(x, y), KolmogorovSmirnov.Test(u, v));
        Assert.Equal(OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Greater), OneSidedKolmogorovSmirnov.Test(u, v, Alternative.Greater));
        Assert.Equal(BrunnerMunzel.Test(x, y), BrunnerMunzel.Test(u, v));

        static double Map(double value) => Math.Exp(value / 10) * 7 - 3;
    }

    // Powers of two and whole offsets are exact, so nothing is allowed for rounding but where means are divided.
    [Property(MaxTest = 200)]
    public void MomentTests_InAnotherUnit_SayTheSame(NonEmptyArray<short> a, NonEmptyArray<short> b, bool small)
    {
        var unit = small ? 0.125 : 1024;
        double[] x = Values(a), y = Values(b), u = [.. x.Select(value => value * unit + 512)], v = [.. y.Select(value => value * unit + 512)];
        Same(WelchT.Test(x, y), WelchT.Test(u, v));
        Same(BrownForsythe.Test(x, y), BrownForsythe.Test(u, v));
        Same(EppsSingleton.Test(x, y), EppsSingleton.Test([.. x.Select(value => value * unit)], [.. y.Select(value => value * unit)]), 1e-6);
        Assert.Equal(Wasserstein.Distance(x, y) * unit, Wasserstein.Distance(u, v), 1e-9 * unit);
        Assert.Equal(WeightedDistance.Energy(x, y) * Math.Sqrt(unit), WeightedDistance.Energy(u, v), 1e-9 * unit);
    }

    [Property(MaxTest = 200)]
    public void Tests_AreBounded(NonEmptyArray<short> a, NonEmptyArray<short> b)
    {
        double[] x = Values(a), y = Values(b);
        TestResult?[] all = [KolmogorovSmirnov.Test(x, y), OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Less), OneSidedKolmogorovSmirnov.Asymptotic(x, y, Alternative.Greater),
            MannWhitney.Asymptotic(x, y, Alternative.Greater), BrownForsythe.Test(x, y), BrunnerMunzel.Test(x, y), EppsSingleton.Test(x, y), CramerVonMises.Asymptotic(x, y), WelchT.Test(x, y)];
        foreach (var found in all.OfType<TestResult>())
        {
            Assert.InRange(found.PValue, 0, 1);
            Assert.True(double.IsFinite(found.Statistic) && found.Effect is >= 0 and < double.PositiveInfinity);
        }
        Assert.InRange(KolmogorovSmirnov.Test(x, y).Statistic, 0, 1);
        Assert.InRange(BrunnerMunzel.Test(x, y)?.Effect ?? 0, 0, 1);
        // Either side of a test speaks against at most one of two opposites.
        Assert.True(MannWhitney.Asymptotic(x, y, Alternative.Less).PValue + MannWhitney.Asymptotic(x, y, Alternative.Greater).PValue >= 1 - 1e-12);
        // The exact law counts paths; what leaves a band leaves one side of it first.
        var sides = OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Less).PValue + OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Greater).PValue;
        Assert.True(KolmogorovSmirnov.Test(x, y).PValue <= sides + 1e-9);
    }

    [Property(MaxTest = 100)]
    public void Distances_AreMetrics(NonEmptyArray<short> a, NonEmptyArray<short> b, NonEmptyArray<short> c)
    {
        double[] x = Values(a), y = Values(b), z = Values(c);
        Func<double[], double[], double>[] metrics = [(u, v) => Wasserstein.Distance(u, v), (u, v) => WeightedDistance.Energy(u, v), (u, v) => KolmogorovSmirnov.Test(u, v).Statistic];
        foreach (var metric in metrics)
        {
            Assert.True(metric(x, z) <= metric(x, y) + metric(y, z) + 1e-9);
            Assert.True(metric(x, y) >= 0);
        }
        // No mass moves further than the whole range, and the means move no further than the mass.
        Assert.InRange(Wasserstein.Distance(x, y), Math.Abs(x.Average() - y.Average()) - 1e-9, x.Concat(y).Max() - x.Concat(y).Min() + 1e-9);
    }

    // Few values, so that ties reach over the end of either sample.
    [Property(MaxTest = 500)]
    public void KolmogorovSmirnov_IsTheLargestGapCountedAtEveryValue(NonEmptyArray<byte> a, NonEmptyArray<byte> b, byte kinds)
    {
        double[] x = [.. a.Get.Select(value => (double)(value % (kinds % 6 + 1)))], y = [.. b.Get.Select(value => (double)(value % (kinds / 6 % 6 + 1)))];
        double Gap(double at) => x.Count(value => value <= at) / (double)x.Length - y.Count(value => value <= at) / (double)y.Length;
        Assert.Equal(x.Concat(y).Max(at => Math.Abs(Gap(at))), KolmogorovSmirnov.Test(x, y).Statistic, 1e-12);
        Assert.Equal(Math.Max(0, x.Concat(y).Max(Gap)), OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Greater).Statistic, 1e-12);
        Assert.Equal(Math.Max(0, x.Concat(y).Max(at => -Gap(at))), OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Less).Statistic, 1e-12);
        var values = x.Concat(y).Distinct().Order().ToArray();
        Assert.Equal(values.Zip(values.Skip(1), (at, next) => Math.Abs(Gap(at)) * (next - at)).Sum(), Wasserstein.Distance(x, y), 1e-12);
    }

    // The end of the first sample lies within a tie: 5 of 5 against 9 of 14 at zero.
    [Fact]
    public void KolmogorovSmirnov_OfATieOverTheEnd_CountsAllOfIt() =>
        Assert.Equal(5.0 / 14, KolmogorovSmirnov.Test([0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 1, 0, -1, 1, -1, 0, 0, -1, 1]).Statistic, 1e-15);

    [Fact]
    public void Tests_OfAGrowingChange_AreSurer()
    {
        var random = new Random(5);
        double[] x = Normal(random, 200), y = Normal(random, 200);
        double[] last = [2, 2, 2, 2, 2, 2];
        foreach (var shift in (double[])[0.3, 0.7, 1.2])
        {
            double[] moved = [.. y.Select(value => value + shift)], wide = [.. y.Select(value => value * (1 + shift))];
            double[] now = [KolmogorovSmirnov.Test(x, moved).PValue, OneSidedKolmogorovSmirnov.Test(x, moved, Alternative.Greater).PValue, BrownForsythe.Test(x, wide)!.Value.PValue,
                BrunnerMunzel.Test(x, moved)!.Value.PValue, EppsSingleton.Test(x, moved)!.Value.PValue, 1 / AndersonDarling.Test(x, moved)!.Value.Statistic];
            for (var at = 0; at < now.Length; at++) Assert.True(now[at] < last[at], $"test {at} at {shift}");
            last = now;
        }
    }

    // Every deal of eight values, counted: the exact laws are those shares.
    [Property(MaxTest = 30)]
    public void ExactLaws_OfSmallSamples_AreTheShareOfAllDeals(NonEmptyArray<int> order)
    {
        double[] pooled = [.. Enumerable.Range(0, 8).OrderBy(at => unchecked(order.Get[at % order.Get.Length] * 31 * (at + 1)) % 101).ThenBy(at => at)], x = pooled[..3], y = pooled[3..];
        Assert.Equal(Permutation.Enumerate(x, y, (u, v) => KolmogorovSmirnov.Test(u, v).Statistic).PValue, KolmogorovSmirnov.Test(x, y).PValue, 1e-12);
        Assert.Equal(Permutation.Enumerate(x, y, (u, v) => OneSidedKolmogorovSmirnov.Test(u, v, Alternative.Less).Statistic).PValue, OneSidedKolmogorovSmirnov.Test(x, y, Alternative.Less).PValue, 1e-12);
        Assert.Equal(Permutation.Enumerate(x, y, (u, v) => MannWhitney.Test(u, v).Statistic).PValue, MannWhitney.Exact(x, y, Alternative.Greater).PValue, 1e-12);
        Assert.Equal(Permutation.Enumerate(x, y, (u, v) => Math.Abs(MannWhitney.Test(u, v).Statistic - 7.5)).PValue, MannWhitney.Exact(x, y).PValue, 1e-12);
    }

    private static void Same(TestResult? one, TestResult? other, double tolerance = 1e-9)
    {
        Assert.Equal(one is null, other is null);
        Assert.Equal(one?.PValue ?? 0, other?.PValue ?? 0, tolerance);
        Assert.Equal(one?.Effect ?? 0, other?.Effect ?? 0, tolerance);
    }

    private static double[] Values(NonEmptyArray<short> values) => [.. values.Get.Select(value => (double)(value % 50))];

    private static double[] Normal(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
}
