using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Serverless.Services.Rollout.Live;

namespace Serverless.Services.Tests.Rollout.Live;

public sealed class LatencyCountsTests
{
    [Property]
    public void Quantile_OfAnyDurations_IsThatOfTheSortedOnesToWithinHalfAStep(NonNegativeInt[] durations, bool large)
    {
        int[] values = [.. durations.Select(duration => large ? (int)Math.Min(int.MaxValue, duration.Get * 7_919L * 977) : duration.Get), .. Enumerable.Range(0, 100)];
        var counts = Of(values);
        foreach (var share in (double[])[0.5, 0.95, 0.99])
        {
            var exact = Plain.Quantile(values, share);
            Assert.Equal(exact / 1e6, counts.Quantile(share)!.Value, exact < 256 ? 1e-12 : exact / 256 / 1e6);
        }
    }

    [Property]
    public void Merge_InAnyOrder_IsCountingAllAtOnce(NonNegativeInt[] some, NonNegativeInt[] others)
    {
        int[] all = [.. some.Concat(others).Select(duration => duration.Get), .. Enumerable.Range(0, 100)];
        var (one, other) = (Of([.. some.Select(duration => duration.Get)]), Of([.. others.Select(duration => duration.Get), .. Enumerable.Range(0, 100)]));
        var merged = new LatencyCounts();
        merged.Merge(other);
        merged.Merge(one);
        Assert.Equal((Of(all).Count, Of(all).Quantile(0.95)), (merged.Count, merged.Quantile(0.95)));
    }

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(0.95, 20)]
    [InlineData(0.99, 100)]
    public void Quantile_OfTooFew_IsUnknown(double share, int least)
    {
        Assert.Null(Of([.. Enumerable.Range(0, least - 1)]).Quantile(share));
        Assert.NotNull(Of([.. Enumerable.Range(0, least)]).Quantile(share));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void Interval_OfAQuantile_HoldsItAsOftenAsItSays(double share)
    {
        const int Runs = 1_000;
        var (random, held) = (new Random(11), 0);
        var actual = -Math.Log(1 - share) * 0.01;
        for (var run = 0; run < Runs; run++)
            if (Of([.. Enumerable.Range(0, 1_500).Select(_ => (int)(-Math.Log(1 - random.NextDouble()) * 10_000))]).Interval(share, 1.96) is var (low, high) && low <= actual && actual <= high) held++;
        Assert.InRange(held, 0.935 * Runs, 0.99 * Runs);
    }

    [Fact]
    public void Interval_OfTooFew_IsUnknownSoThatOneSlowAnswerSaysNothing()
    {
        var hiccup = Of([.. Enumerable.Repeat(40, 133), 2_400, 2_400]);
        Assert.Equal(0.0024, hiccup.Quantile(0.99)!.Value, 0.00002);
        Assert.Null(hiccup.Interval(0.99, 2.24));
        var figures = new FigureSet("traffic");
        figures.AddRatios("latency", hiccup, Of([.. Enumerable.Repeat(40, 300)]));
        Assert.Equal((true, false), (figures.Evidence.Figures["latency.p50.ratio"].Interval is not null, figures.Evidence.Figures["latency.p99.ratio"].Interval is not null));
    }

    [Fact]
    public void Ratio_OfAModelThatIsFiveTimesAsSlow_LiesAboveTwoAtItsLowerEnd()
    {
        var random = new Random(5);
        LatencyCounts Some(int mean) => Of([.. Enumerable.Range(0, 2_000).Select(_ => (int)(-Math.Log(1 - random.NextDouble()) * mean))]);
        var figures = new FigureSet("traffic");
        figures.AddRatios("latency", Some(5_000), Some(1_000));
        var found = figures.Evidence.Figures["latency.p99.ratio"];
        Assert.InRange(found.Interval!.Value.Low, 2, found.Value!.Value);
        Assert.InRange(found.Value!.Value, found.Interval!.Value.Low, found.Interval!.Value.High);
    }

    [Fact]
    public void Quantile_OfTheLongestDuration_DoesNotOverflow() => Assert.Equal(int.MaxValue / 1e6, Of([.. Enumerable.Repeat(int.MaxValue, 10)]).Quantile(0.5)!.Value, int.MaxValue / 256e6);

    private static LatencyCounts Of(int[] durations)
    {
        var counts = new LatencyCounts();
        foreach (var duration in durations) counts.Add(duration);
        return counts;
    }
}
