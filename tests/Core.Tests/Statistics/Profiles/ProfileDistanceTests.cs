using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Profiles;

/// <summary>Distances of profiles against those of the rows that they were made from.</summary>
public sealed class ProfileDistanceTests
{
    private static double[] Normal(int n, int seed, double shift)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(_ => shift + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }

    private static ColumnProfile Of(double[] values, params double[] edges)
    {
        var profile = edges.Length == 0 ? new ColumnProfile() : new ColumnProfile(edges);
        profile.Add(values);
        return profile;
    }

    [Fact]
    public void Cells_SameBins_AreExactlyThoseOfTheRows()
    {
        double[] x = Normal(50_000, 1, 0), y = Normal(20_000, 2, 0.2);
        var reference = FeatureColumn.OfNumbers(x);
        var edges = Bins.QuantileEdges(reference.Sorted, 10);
        var expected = Measure.Feature("x", null, reference, FeatureColumn.OfNumbers(y), DriftMethod.PopulationStability);
        var parts = Of(y[..7_000], edges);
        parts.Merge(ColumnProfile.FromBytes(Of(y[7_000..], edges).ToBytes()));
        Assert.Equal(expected, Measure.Cells("x", null, ProfileDistance.Cells(Of(x, edges), parts), DriftMethod.PopulationStability));
    }

    [Property]
    public void Measurement_OfAProfile_IsThatOfItsValues_OrNone(int seed, bool few, byte of, DriftMethod method)
    {
        var random = new Random(seed);
        double[] Draw(int n, double shift) => [.. Enumerable.Range(0, n).Select(_ => few ? random.Next(of % 40) : shift + random.NextDouble())];
        var reference = FeatureColumn.OfNumbers(Draw(random.Next(1, 3_000), 0));
        double[] window = [.. Draw(random.Next(9_000), 0.1), .. Enumerable.Repeat(double.NaN, random.Next(3))];
        var profile = Of([.. window.Where(double.IsFinite)], CellTable.Edges(reference));
        profile.AddMissing(window.Count(double.IsNaN));
        var told = Measure.Feature("x", reference, profile, method);
        Assert.Equal(Measure.IsOnCells(Measure.Choose(method, reference)), told is not null);
        if (told is not null)
            Assert.Equal(Measure.Feature("x", null, reference, FeatureColumn.OfNumbers(window), method), told);
    }

    [Fact]
    public void Distances_OfSketches_AreThoseOfTheRowsWithinTheBound()
    {
        double[] x = Normal(200_000, 3, 0), y = Normal(100_000, 4, 0.3);
        ColumnProfile reference = Of(x), current = Of(y);
        Assert.Equal(KolmogorovSmirnov.Test(x, y).Statistic, ProfileDistance.KolmogorovSmirnov(reference.Quantiles, current.Quantiles)!.Value, 0.02);
        Assert.Equal(Wasserstein.Distance(x, y), ProfileDistance.Wasserstein(reference.Quantiles, current.Quantiles)!.Value, 0.02 * 10);
        var table = ProfileDistance.Cells(reference, current)!;
        Assert.Equal((200_000, 100_000), (table.Reference.Sum(), table.Current.Sum()));
        Assert.All(table.Reference, count => Assert.InRange(count / 200_000, 0.08, 0.12));
    }

    [Fact]
    public void Distances_OfSmallSketches_AreExact()
    {
        double[] x = Normal(1_000, 5, 0), y = Normal(3_000, 6, 0.3);
        Assert.Equal(KolmogorovSmirnov.Test(x, y).Statistic, ProfileDistance.KolmogorovSmirnov(Of(x).Quantiles, Of(y).Quantiles)!.Value, 1e-12);
        Assert.Equal(Wasserstein.Distance(x, y), ProfileDistance.Wasserstein(Of(x).Quantiles, Of(y).Quantiles)!.Value, 1e-12);
    }

    [Fact]
    public void Profiles_Empty_HaveNoDistance()
    {
        var (empty, full) = (new ColumnProfile(), Of([1, 2]));
        Assert.Null(ProfileDistance.Cells(empty, full));
        Assert.Null(ProfileDistance.Cells(full, empty));
        Assert.Null(ProfileDistance.KolmogorovSmirnov(empty.Quantiles, full.Quantiles));
        Assert.Null(ProfileDistance.Wasserstein(full.Quantiles, empty.Quantiles));
        Assert.Null(ProfileDistance.Cells(new LabelProfile(), new LabelProfile()));
        Assert.Equal("The reference is constant.", Measure.Cells("x", null, ProfileDistance.Cells(Of([1, 1]), full), DriftMethod.Auto).NotComparable);
    }

    [Fact]
    public void Merge_OtherBins_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Of([1], 0).Merge(Of([1], 0, 1)));
        Assert.Throws<ArgumentException>(() => Of([1], 0).Merge(Of([1])));
        Assert.Throws<ArgumentException>(() => new ColumnProfile([1, 1]));
        Assert.Throws<ArgumentException>(() => new ColumnProfile([double.NaN]));
    }

    [Property]
    public void Bins_MergedInAnyOrder_AreThoseOfTheWhole(double[] a, double[] b, double[] c)
    {
        double[] edges = [-1, 0, 2.5];
        ColumnProfile left = Of(a, edges), right = Of(c, edges), whole = Of([.. a, .. b, .. c], edges);
        left.Merge(Of(b, edges));
        left.Merge(Of(c, edges));
        right.Merge(Of(b, edges));
        right.Merge(Of(a, edges));
        Assert.Equal(whole.BinCounts.ToArray(), left.BinCounts.ToArray());
        Assert.Equal(whole.BinCounts.ToArray(), right.BinCounts.ToArray());
    }

    [Fact]
    public void WassersteinOfHistograms_ByHand()
    {
        // All rows one bin further: the width. Half of them swapped across three bins: two triangles of ¼ and a plateau.
        Assert.Equal(1, Wasserstein.OfHistograms([0, 1, 2], [10, 0], [0, 5]), 1e-15);
        Assert.Equal(0, Wasserstein.OfHistograms([0, 1, 2], [1, 3], [2, 6]), 1e-15);
        // F − G goes 0, ½, −½, 0 over bins of width 1: ¼ + ¼ + ¼.
        Assert.Equal(0.75, Wasserstein.OfHistograms([0, 1, 2, 3], [2, 0, 2], [0, 4, 0]), 1e-15);
        Assert.Throws<ArgumentException>(() => Wasserstein.OfHistograms([0, 0], [1], [1]));
        Assert.Throws<ArgumentException>(() => Wasserstein.OfHistograms([0, 1], [1, 2], [1]));
        Assert.Throws<ArgumentException>(() => Wasserstein.OfHistograms([0, 1], [0], [1]));
    }

    [Fact]
    public void WassersteinOfHistograms_OfManyEvenRows_IsThatOfTheRows()
    {
        double[] bounds = [-2, -1, 0.5, 3, 10], p = [4, 1, 3, 2], q = [1, 5, 0, 4];
        Assert.Equal(Wasserstein.Distance(Rows(p), Rows(q)), Wasserstein.OfHistograms(bounds, p, q), 1e-3);

        double[] Rows(double[] counts) => [.. counts.SelectMany((count, bin) => Enumerable.Range(0, (int)count * 1_000)
            .Select(row => bounds[bin] + (bounds[bin + 1] - bounds[bin]) * (row + 0.5) / (count * 1_000)))];
    }
}
