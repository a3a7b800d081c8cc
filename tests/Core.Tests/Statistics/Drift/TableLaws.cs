using FsCheck;
using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Drift;

/// <summary>What holds of tables, of distances between shares and of corrections, whatever the counts.</summary>
public sealed class TableLaws
{
    private static readonly Func<double[], double[], double>[] Distances =
        [(p, q) => Divergence.JensenShannon(p, q), (p, q) => Divergence.Hellinger(p, q), (p, q) => Divergence.TotalVariation(p, q), (p, q) => Divergence.PopulationStability(p, q)];

    private static readonly Func<double[], double[], double>[] Tests =
        [(p, q) => ChiSquare.Pearson(p, q, false).PValue, (p, q) => ChiSquare.Pearson(p, q, true).PValue, (p, q) => ChiSquare.LikelihoodRatio(p, q).PValue, (p, q) => ChiSquare.Table([p, q]).PearsonP, (p, q) => ChiSquare.Table([p, q]).LikelihoodRatioP];

    [Property(MaxTest = 200)]
    public void Tables_WithSidesOrCellsExchanged_SayTheSame(NonEmptyArray<byte> a, NonEmptyArray<byte> b)
    {
        var (p, q) = Counts(a, b);
        foreach (var test in Tests)
        {
            Assert.Equal(test(p, q), test(q, p), 1e-9);
            Assert.Equal(test(p, q), test([.. p.Reverse()], [.. q.Reverse()]), 1e-9);
            Assert.Equal(test(p, q), test([.. p, 0], [.. q, 0]), 1e-9);
            Assert.InRange(test(p, q), 0, 1);
            Assert.Equal(1, test(p, p), 1e-9);
        }
        foreach (var distance in Distances) Assert.Equal(distance(p, q), distance(q, p), 1e-9);
        Assert.Equal(ChiSquare.Pearson(p, q, false).PValue, ChiSquare.Table([p, q]).PearsonP, 1e-9);
        Assert.Equal(ChiSquare.Pearson(p, q, false).Effect, ChiSquare.Table([p, q]).V, 1e-9);
    }

    [Property(MaxTest = 200)]
    public void Distances_AreZeroOnThemselvesAndBounded(NonEmptyArray<byte> a, NonEmptyArray<byte> b)
    {
        var (p, q) = Counts(a, b);
        foreach (var distance in Distances)
        {
            // Twice the counts are the same shares; a root of rounding is 1e-8.
            Assert.Equal(0, distance(p, [.. p.Select(count => 2 * count)]), 1e-7);
            Assert.True(distance(p, q) >= 0);
        }
        Assert.InRange(Divergence.JensenShannon(p, q), 0, Math.Sqrt(Math.Log(2)) + 1e-12);
        Assert.InRange(Divergence.Hellinger(p, q), 0, 1);
        Assert.InRange(Divergence.TotalVariation(p, q), 0, 1);
        // Pinsker, and Le Cam's H² ≤ TV ≤ √2 H.
        Assert.True(Divergence.KullbackLeibler(p, q) >= 2 * Math.Pow(Divergence.TotalVariation(p, q), 2) - 1e-9);
        Assert.InRange(Divergence.TotalVariation(p, q), Math.Pow(Divergence.Hellinger(p, q), 2) - 1e-9, Math.Sqrt(2) * Divergence.Hellinger(p, q) + 1e-9);
        Assert.Equal(0, ChiSquare.GoodnessOfFit(p, p).Statistic, 1e-12);
    }

    // Who sees cells merged sees no more change (Csiszár 1967), and the way round is no shorter.
    [Property(MaxTest = 200)]
    public void Distances_OfMergedCells_AreNoLarger(NonEmptyArray<byte> a, NonEmptyArray<byte> b, NonEmptyArray<byte> c)
    {
        var (p, q) = Counts(a, b);
        double[] r = [.. p.Select((_, at) => 1.0 + c.Get[at % c.Get.Length])];
        foreach (var distance in Distances[..3])
        {
            Assert.True(distance(Merged(p), Merged(q)) <= distance(p, q) + 1e-7);
            Assert.True(distance(p, q) <= distance(p, r) + distance(r, q) + 1e-7);
        }
        Assert.True(Divergence.KullbackLeibler(Merged(p), Merged(q)) <= Divergence.KullbackLeibler(p, q) + 1e-9);

        static double[] Merged(double[] counts) => [counts[0] + counts[^1], .. counts[1..^1], 0];
    }

    [Property(MaxTest = 200)]
    public void TwoByTwo_TestsAgreeWithEachOther(byte a, byte b, byte c, byte d)
    {
        if (a + b == 0 || c + d == 0 || a + c == 0 || b + d == 0) return;
        var z = TwoProportions.Test(a, a + b, c, c + d)!.Value;
        var chi = ChiSquare.Pearson([a, b], [c, d], false);
        Assert.Equal(z.Statistic * z.Statistic, chi.Statistic, 1e-7);
        Assert.Equal(z.PValue, chi.PValue, 1e-9);
        Assert.Equal(FisherExact.Test(a, b, c, d).PValue, FisherExact.Test(b, a, d, c).PValue, 1e-9);
        Assert.Equal(FisherExact.Test(a, b, c, d).PValue, FisherExact.Test(a, c, b, d).PValue, 1e-9);
        Assert.InRange(FisherExact.Test(a, b, c, d).PValue, 0, 1);
        Assert.Equal(1, TwoProportions.Test(a, a + b, c, c + d, Alternative.Less)!.Value.PValue + TwoProportions.Test(a, a + b, c, c + d, Alternative.Greater)!.Value.PValue, 1e-12);
    }

    // Of the same margins, further from the middle is no likelier.
    [Fact]
    public void TwoByTwo_OfAGrowingChange_AreSurer()
    {
        double fisher = 2, z = 2, chi = 2, g = 2;
        for (var moved = 2; moved < 20; moved += 3)
        {
            double[] p = [20 + moved, 20 - moved], q = [20 - moved, 20 + moved];
            Assert.True(FisherExact.Test(20 + moved, 20 - moved, 20 - moved, 20 + moved).PValue < fisher && TwoProportions.Test(20 + moved, 40, 20 - moved, 40)!.Value.PValue < z);
            Assert.True(ChiSquare.Pearson(p, q, false).PValue < chi && ChiSquare.LikelihoodRatio(p, q).PValue < g);
            (fisher, z) = (FisherExact.Test(20 + moved, 20 - moved, 20 - moved, 20 + moved).PValue, TwoProportions.Test(20 + moved, 40, 20 - moved, 40)!.Value.PValue);
            (chi, g) = (ChiSquare.Pearson(p, q, false).PValue, ChiSquare.LikelihoodRatio(p, q).PValue);
        }
    }

    // Exact coverage: the binomial law's mass where the interval holds p. Clopper and Pearson's never falls below the level.
    [Property(MaxTest = 50)]
    public void ClopperPearson_AtEveryShare_CoversAtItsLevel(byte share)
    {
        var p = (share + 0.5) / 256;
        const int n = 30;
        double mass = Math.Pow(1 - p, n), covered = 0;
        for (var k = 0; k <= n; k++)
        {
            if (Intervals.ClopperPearson(k, n, 0.9)!.Value.Contains(p)) covered += mass;
            mass *= p / (1 - p) * (n - k) / (k + 1);
        }
        Assert.True(covered >= 0.9 - 1e-9);
        Assert.True(Intervals.AgrestiCoull(7, n, 0.9)!.Value.Contains(7.0 / n) && Intervals.ClopperPearson(7, n, 0.9)!.Value.Contains(7.0 / n));
    }

    [Property(MaxTest = 200)]
    public void Corrections_AreOrderedAndIndifferentToOrder(NonEmptyArray<byte> bytes)
    {
        double[] p = [.. bytes.Get.Select(value => value / 255.0)];
        var all = Enum.GetValues<Correction>().ToDictionary(correction => correction, correction => MultipleTesting.Adjust(p, correction));
        for (var i = 0; i < p.Length; i++)
        {
            Assert.All(all.Values, adjusted => Assert.InRange(adjusted[i], p[i] - 1e-15, 1));
            Assert.True(all[Correction.Hommel][i] <= all[Correction.Hochberg][i] + 1e-12 && all[Correction.Hochberg][i] <= all[Correction.Holm][i] + 1e-12);
            Assert.True(all[Correction.Holm][i] <= all[Correction.Bonferroni][i] + 1e-12 && all[Correction.Sidak][i] <= all[Correction.Bonferroni][i] + 1e-12);
            Assert.True(all[Correction.BenjaminiHochberg][i] <= all[Correction.Hommel][i] + 1e-12);
        }
        foreach (var (correction, adjusted) in all)
            Assert.Equal(adjusted.Reverse(), MultipleTesting.Adjust([.. p.Reverse()], correction));
    }

    // Hommel's is the closed test with Simes' p: a hypothesis falls when every set that holds it does.
    [Property(MaxTest = 60)]
    public void Hommel_IsTheClosureOfSimes(byte a, byte b, byte c, byte d, byte e)
    {
        double[] p = [.. new[] { a, b, c, d, e }.Select(value => value / 255.0)];
        var found = MultipleTesting.Adjust(p, Correction.Hommel);
        for (var i = 0; i < p.Length; i++)
        {
            var worst = Enumerable.Range(1, 31).Where(set => (set >> i & 1) == 1).Max(set =>
            {
                double[] part = [.. p.Where((_, at) => (set >> at & 1) == 1).Order()];
                return part.Select((value, at) => value * part.Length / (at + 1)).Min();
            });
            Assert.Equal(Math.Min(1, worst), found[i], 1e-12);
        }
    }

    private static (double[] P, double[] Q) Counts(NonEmptyArray<byte> a, NonEmptyArray<byte> b)
    {
        var cells = Math.Max(2, Math.Max(a.Get.Length, b.Get.Length));
        double[] Of(byte[] bytes) => [1, .. Enumerable.Range(0, cells).Select(at => at < bytes.Length ? (double)(bytes[at] % 30) : 0)];
        return (Of(a.Get), Of(b.Get));
    }
}
