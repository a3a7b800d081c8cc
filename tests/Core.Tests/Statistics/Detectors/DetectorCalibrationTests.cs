using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Detectors;

/// <summary>Alarms on streams that do not change: the rate promised for a look, over 200,000 looks with a fresh start after each alarm; and that a change is found.</summary>
/// <remarks>
/// At a rate of at most α a look, more than αN + 5.26√(αN) + 9.3 alarms in N = 200,000 looks have a probability below 1e-6 (Freedman's inequality, Annals of Probability 3 (1975)).
/// HDDM's inequality holds for a cut fixed beforehand and ADWIN's δ for one look: that choosing the cut does not spoil them is what is measured here.
/// </remarks>
public sealed class DetectorCalibrationTests
{
    private const int Looks = 200_000;

    [Theory]
    [InlineData(0.001, 0.05)]
    [InlineData(0.001, 0.5)]
    [InlineData(0.02, 0.2)]
    [InlineData(0.02, 0.5)]
    public void HoeffdingAverage_OfAStreamThatStays_AlarmsNoOftenerThanItSays(double alpha, double share) => AtMost(alpha, Alarms(share, values =>
    {
        HoeffdingAverageState state = default;
        return HoeffdingAverage.Observe(ref state, values, new(alpha, alpha)).Alarm;
    }));

    [Theory]
    [InlineData(0.001, 0.05)]
    [InlineData(0.001, 0.5)]
    [InlineData(0.02, 0.2)]
    [InlineData(0.02, 0.5)]
    public void HoeffdingWeighted_OfAStreamThatStays_AlarmsNoOftenerThanItSays(double alpha, double share) => AtMost(alpha, Alarms(share, values =>
    {
        HoeffdingWeightedState state = default;
        return HoeffdingWeighted.Observe(ref state, values, new(alpha, alpha), 0.05).Alarm;
    }));

    [Theory]
    [InlineData(0.002, 0.05)]
    [InlineData(0.002, 0.5)]
    [InlineData(0.05, 0.2)]
    [InlineData(0.05, 0.5)]
    public void Adwin_OfAStreamThatStays_AlarmsNoOftenerThanItSays(double delta, double share) => AtMost(delta, Alarms(share, values =>
    {
        var state = AdwinState.Empty;
        return Adwin.Observe(ref state, values, new(delta, 5)).Alarm;
    }));

    // Were a change missed within 400 observations in a tenth of streams, 200 would all be found with a probability of 0.9²⁰⁰ = 7e-10.
    [Fact]
    public void Detectors_OfAChange_FindItInEveryStream()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            double[] values = [.. Bernoulli(new Random(seed), 0.1, 500), .. Bernoulli(new Random(seed + 1000), 0.6, 400)];
            HoeffdingAverageState average = default;
            HoeffdingWeightedState weighted = default;
            var window = AdwinState.Empty;
            Assert.NotNull(HoeffdingAverage.Observe(ref average, values, HoeffdingLimits.Default).Alarm);
            Assert.NotNull(HoeffdingWeighted.Observe(ref weighted, values, HoeffdingLimits.Default, 0.05).Alarm);
            Assert.NotNull(Adwin.Observe(ref window, values, AdwinLimits.Default).Alarm);
            Assert.InRange(window.Mean!.Value, 0.3, 0.9);
        }
    }

    // In runs of at most 2,000, as a detector's window forgets: a fresh start after each alarm.
    private static int Alarms(double share, Func<double[], int?> alarm)
    {
        var (random, alarms) = (new Random(31), 0);
        for (var looks = 0; looks < Looks;)
        {
            var found = alarm(Bernoulli(random, share, 2000));
            alarms += found is null ? 0 : 1;
            looks += found + 1 ?? 2000;
        }
        return alarms;
    }

    private static void AtMost(double rate, int alarms) => Assert.InRange(alarms, 0, rate * Looks + 5.26 * Math.Sqrt(rate * Looks) + 9.3);

    private static double[] Bernoulli(Random random, double share, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() < share ? 1.0 : 0)];
}
