using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics;

/// <summary>Histograms of values in any order are those of the sorted values, whichever way they are counted.</summary>
public class HistogramTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(96)]
    [InlineData(97)]
    [InlineData(1_000)]
    public void Count_AnyOrder_IsAsOfTheSorted(int edgeCount)
    {
        var random = new Random(edgeCount);
        double[] values = [.. Enumerable.Range(0, 10_007).Select(_ => Math.Round(random.NextDouble(), 3))];
        double[] edges = [.. Enumerable.Range(1, edgeCount).Select(i => Math.Round((double)i / (edgeCount + 1), 3))];
        float[] narrow = [.. values.Select(value => (float)value)], narrowEdges = [.. edges.Select(edge => (float)edge)];
        var expected = new double[edgeCount + 1];
        Bins.Count([.. values.Order()], edges, expected);
        long[] counts = new long[edgeCount + 1], narrowCounts = new long[edgeCount + 1];
        Histogram.Count<double>(values, edges, counts);
        Histogram.Count<float>(narrow, narrowEdges, narrowCounts);
        Assert.Equal(expected, counts.Select(count => (double)count));
        Assert.Equal(counts, narrowCounts);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(200)]
    public void Count_InfinitiesAndNaN_OuterBinsAndNone(int edgeCount)
    {
        double[] edges = [.. Enumerable.Range(0, edgeCount).Select(i => (double)i)];
        var counts = new long[edgeCount + 1];
        Histogram.Count<double>([double.NaN, double.NegativeInfinity, double.PositiveInfinity, 0, double.NaN, 1, 1e308, double.NaN], edges, counts);
        Assert.Equal((2L, 1L, 2L, 5L), (counts[0], counts[1], counts[^1], counts.Sum()));
    }

    [Property]
    public void Count_Parts_AddUp(double[] values, double[] edges)
    {
        double[] bounds = [.. edges.Where(double.IsFinite).Order()];
        long[] whole = new long[bounds.Length + 1], parts = new long[bounds.Length + 1];
        Histogram.Count<double>(values, bounds, whole);
        Histogram.Count<double>(values.AsSpan(0, values.Length / 2), bounds, parts);
        Histogram.Count<double>(values.AsSpan(values.Length / 2), bounds, parts);
        Assert.Equal(whole, parts);
        Assert.Equal(values.Count(value => !double.IsNaN(value)), whole.Sum());
    }

    [Fact]
    public void Count_CountsNotOneMoreThanEdges_AreRefused() =>
        Assert.Throws<ArgumentException>(() => Histogram.Count<double>([1], [0, 2], new long[2]));
}
