using FsCheck;
using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Comparison;

/// <summary>What holds of comparisons of two models, whatever the rows.</summary>
public sealed class PairedLaws
{
    private static readonly ResamplingPlan Plan = new(199, 7, 0.95, 1);

    [Property(MaxTest = 200)]
    public void McNemar_WithModelsExchanged_SaysTheSame(byte b, byte c)
    {
        var n = b + c + 10;
        Assert.Equal(McNemar.Exact(b, c, n).PValue!.Value, McNemar.Exact(c, b, n).PValue!.Value, 1e-12);
        Assert.Equal(McNemar.MidP(b, c, n).PValue!.Value, McNemar.MidP(c, b, n).PValue!.Value, 1e-12);
        Assert.Equal(McNemar.Asymptotic(b, c, n, true).PValue, McNemar.Asymptotic(c, b, n, true).PValue);
        Assert.Equal(-McNemar.Exact(b, c, n).Difference!.Value, McNemar.Exact(c, b, n).Difference!.Value);
        Assert.InRange(McNemar.MidP(b, c, n).PValue!.Value, 0, McNemar.Exact(b, c, n).PValue!.Value + 1e-12);
        Assert.Equal(1, McNemar.Exact(b, b, n + b).PValue);
        // One row more for the side that is ahead is no weaker evidence.
        if (b >= c) Assert.True(McNemar.Exact(b + 1, c, n + 1).PValue <= McNemar.Exact(b, c, n).PValue + 1e-12);
    }

    [Property(MaxTest = 60)]
    public void Paired_WithModelsExchanged_SayTheSame(NonEmptyArray<sbyte> a, NonEmptyArray<sbyte> b)
    {
        var (x, y) = Rows(a, b, 30);
        Assert.Equal(WilcoxonSignedRank.Test(x, y).PValue, WilcoxonSignedRank.Test(y, x).PValue);
        Assert.Equal(WilcoxonSignedRank.Test(x, y).Statistic, WilcoxonSignedRank.Test(y, x).Statistic);
        Assert.Equal(PairedComparison.StudentT(x, y, 0.9).PValue ?? 2, PairedComparison.StudentT(y, x, 0.9).PValue ?? 2, 1e-12);
        var (one, other) = (PairedComparison.Permute(x, y, Plan), PairedComparison.Permute(y, x, Plan));
        Assert.Equal((one.Less, one.Greater, one.TwoSided), (other.Greater, other.Less, other.TwoSided));
        Assert.Equal((1.0, 1.0), (WilcoxonSignedRank.Test(x, x).PValue, PairedComparison.Permute(x, x, Plan).TwoSided));
        Assert.Equal(1, PairedComparison.StudentT(x, x, 0.9).PValue ?? 1);
    }

    // Every sign of up to ten differences, ties and all: the exact law is the share of signs.
    [Property(MaxTest = 60)]
    public void Wilcoxon_OfFewPairs_IsTheShareOfAllSigns(NonEmptyArray<sbyte> a)
    {
        double[] d = [.. a.Get.Take(10).Select(value => (double)(value % 7))], kept = [.. d.Where(value => value != 0)];
        double[] ranks = [.. kept.Select(value => kept.Count(other => Math.Abs(other) < Math.Abs(value)) + (kept.Count(other => Math.Abs(other) == Math.Abs(value)) + 1) / 2.0)];
        var (found, flips) = (WilcoxonSignedRank.Test(d, new double[d.Length]), 1 << kept.Length);
        var below = Enumerable.Range(0, flips).Count(flip => ranks.Where((_, at) => (flip >> at & 1) == 1).Sum() <= found.Statistic);
        Assert.Equal(Math.Min(1, 2.0 * below / flips), found.PValue!.Value, 1e-12);
    }

    // Areas know the order of scores alone, and each model's own.
    [Property(MaxTest = 60)]
    public void DeLong_UnderMonotoneMaps_SaysTheSame(NonEmptyArray<sbyte> a, NonEmptyArray<sbyte> b)
    {
        var (x, y) = Rows(a, b, 30);
        bool[] labels = [.. x.Select((_, at) => at % 3 == 0)];
        var plain = AucComparison.Compare(labels, x, y, 0.95);
        var mapped = AucComparison.Compare(labels, [.. x.Select(value => Math.Exp(value / 20))], [.. y.Select(value => value * 3 + 1)], 0.95);
        Assert.Equal(plain, mapped);
        Assert.InRange(plain.PValue ?? 1, 0, 1);
        Assert.Equal(plain.Difference ?? 0, -(AucComparison.Compare(labels, y, x, 0.95).Difference ?? 0), 1e-12);
    }

    // The larger the difference, the surer; Wilcoxon's p is the smaller the further all pairs move one way.
    [Fact]
    public void Paired_OfAGrowingDifference_AreSurer()
    {
        var random = new Random(9);
        double[] x = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())], y = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())];
        double[] last = [2, 2];
        foreach (var shift in (double[])[0.1, 0.3, 0.6])
        {
            double[] moved = [.. y.Select(value => value + shift + 0.05)];
            double[] now = [WilcoxonSignedRank.Test(x, moved).PValue!.Value, PairedComparison.StudentT(x, moved, 0.9).PValue!.Value];
            for (var at = 0; at < now.Length; at++) Assert.True(now[at] < last[at]);
            last = now;
        }
    }

    private static (double[] X, double[] Y) Rows(NonEmptyArray<sbyte> a, NonEmptyArray<sbyte> b, int count) =>
        ([.. Enumerable.Range(0, count).Select(at => (double)a.Get[at % a.Get.Length])], [.. Enumerable.Range(0, count).Select(at => (double)b.Get[at % b.Get.Length] * (at % 5))]);
}
