using System.Text.Json;
using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;

namespace Serverless.Core.Tests.Statistics.Detectors;

/// <summary>Alarm indices agree exactly with the literal references of make_detectors.py.</summary>
public sealed class DetectorTests
{
    private static IEnumerable<(double[] Values, bool[] Errors, Golden Case)> Streams() =>
        GoldenFile.Cases("detectors").Select(c => (c.GetProperty("stream").Numbers(), c.GetProperty("stream").Booleans(), c));

    private static void Same(Golden c, string name, int? alarm) =>
        Assert.Equal(c.GetProperty(name).ValueKind == JsonValueKind.Null ? null : c.GetProperty(name).GetInt32(), alarm);

    [Fact]
    public void Detectors_SeededStreams_AlarmWhereTheReferencesDo()
    {
        foreach (var (values, errors, c) in Streams())
        {
            PageHinkleyState page = default;
            Same(c, "page_hinkley", PageHinkley.Observe(ref page, values, new(0.005, 20, 30)).Alarm);
            CusumState cusum = default;
            double[] before = [0.2, 0.1, 0.3, 0.05, 0.5];
            var target = before[Array.IndexOf(GoldenFile.Cases("detectors"), c)];
            Same(c, "cusum", Cusum.Observe(ref cusum, values, new(target, 0.1, 8)).Alarm);
            DdmState ddm = default;
            Same(c, "ddm", Ddm.Observe(ref ddm, errors, DdmLimits.Default).Alarm);
            HoeffdingAverageState average = default;
            Same(c, "hddm_a", HoeffdingAverage.Observe(ref average, values, HoeffdingLimits.Default).Alarm);
            HoeffdingWeightedState weighted = default;
            Same(c, "hddm_w", HoeffdingWeighted.Observe(ref weighted, values, HoeffdingLimits.Default, 0.05).Alarm);
            var adwin = AdwinState.Empty;
            Same(c, "adwin", Adwin.Observe(ref adwin, values, AdwinLimits.Default).Alarm);
            Assert.Equal(c.GetProperty("adwin_width").GetInt64(), adwin.Count);
        }
    }

    [Fact]
    public void Adwin_StateThroughJson_GoesOnAsIfNeverStopped()
    {
        var (values, _, _) = Streams().First();
        var whole = AdwinState.Empty;
        Adwin.Observe(ref whole, values, AdwinLimits.Default);
        var pieces = AdwinState.Empty;
        foreach (var piece in values.Chunk(77))
        {
            Adwin.Observe(ref pieces, piece, AdwinLimits.Default);
            pieces = JsonSerializer.Deserialize<AdwinState>(JsonSerializer.Serialize(pieces))!;
        }
        Assert.Equal(whole.Buckets, pieces.Buckets);
    }

    // Quarters and eighths are exact in doubles: no tolerance.
    [Fact]
    public void Cusum_EverySumOfEveryStream_IsTheExactFraction()
    {
        foreach (var c in GoldenFile.Cases("cusum"))
        {
            var values = c.GetProperty("stream").Numbers();
            var (target, slack) = (c.GetProperty("target").GetDouble(), c.GetProperty("slack").GetDouble());
            CusumState state = default, open = default;
            Same(c, "alarm", Cusum.Observe(ref state, values, new(target, slack, c.GetProperty("limit").GetDouble())).Alarm);
            for (var at = 0; at < values.Length; at++)
            {
                Cusum.Observe(ref open, values.AsSpan(at, 1), new(target, slack, double.MaxValue));
                Assert.Equal(new(c.GetProperty("high")[at].GetDouble(), c.GetProperty("low")[at].GetDouble()), open);
            }
        }
    }

    // The mean of 6,000 runs, whose standard deviation is at most about their mean: 7 % are five standard errors and more, 6e-7 on both sides.
    [Fact]
    public void Cusum_MeanRunLength_IsThatOfItsMarkovChain()
    {
        foreach (var c in GoldenFile.Cases("cusum_runs"))
        {
            var limits = new CusumLimits(c.GetProperty("target").Number(), c.GetProperty("slack").Number(), c.GetProperty("limit").Number());
            var (random, share, looks) = (new Random(8), c.GetProperty("p").Number(), 0L);
            for (var run = 0; run < 6000; run++)
            {
                CusumState state = default;
                do looks++;
                while (Cusum.Observe(ref state, [random.NextDouble() < share ? 1 : 0], limits).Alarm is null);
            }
            Assert.InRange(looks / 6000.0 / c.GetProperty("mean").Number(), 0.93, 1.07);
        }
    }

    [Fact]
    public void Detectors_NothingOrNotANumber_AreSilentOrRefuse()
    {
        PageHinkleyState page = default;
        var adwin = AdwinState.Empty;
        Assert.Equal(default, PageHinkley.Observe(ref page, [], PageHinkleyLimits.Default));
        Assert.Null(Adwin.Observe(ref adwin, [], AdwinLimits.Default).Alarm);
        Assert.Null(adwin.Mean);
        Assert.Throws<ArgumentException>(() => PageHinkley.Observe(ref page, [double.NaN], PageHinkleyLimits.Default));
    }
}
