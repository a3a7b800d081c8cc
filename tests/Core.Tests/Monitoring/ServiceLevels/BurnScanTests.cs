using Serverless.Core.Monitoring;

namespace Serverless.Core.Tests.Monitoring.ServiceLevels;

/// <summary>Burn rates and what becomes of them, against figures worked out by hand: 99.5 % of requests must go well, so a share of 0.5 % that does not burns at 1.</summary>
public sealed class BurnScanTests
{
    private static readonly SloPolicy Slo = SloPolicy.Defaults["availability"];
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), Minute = TimeSpan.FromMinutes(1);

    [Theory]
    // 90 of 1,200 are 7.5 %: 15 times 0.5 %. 8 of 100 are 16 times.
    [InlineData(1200, 90, 100, 8, FindingVerdict.Breached)]
    // 72 of 1,000 are 7.2 %: exactly 14.4 times.
    [InlineData(1000, 72, 1000, 72, FindingVerdict.Breached)]
    // 86 of 1,200 are 7.17 %: 14.33 times.
    [InlineData(1200, 86, 100, 8, FindingVerdict.Ok)]
    // It was over before the last five minutes: 7 of 100 are 14 times.
    [InlineData(1200, 90, 100, 7, FindingVerdict.Ok)]
    // Nobody asked in the last five minutes.
    [InlineData(1200, 90, 0, 0, FindingVerdict.NotEnoughData)]
    // A handful, and all of them failed.
    [InlineData(99, 99, 20, 20, FindingVerdict.NotEnoughData)]
    [InlineData(100, 100, 20, 20, FindingVerdict.Breached)]
    // Few, and none failed: all requests are counted, so that is known.
    [InlineData(3, 0, 0, 0, FindingVerdict.Ok)]
    [InlineData(0, 0, 0, 0, FindingVerdict.NotEnoughData)]
    public void Run_OfARule_IsAsWorkedOutByHand(long requests, long bad, long recent, long recentBad, FindingVerdict expected)
    {
        var outcome = Run(Slo, new(14.4, Hour, 5 * Minute), back => back == Hour ? new(requests, bad) : new(recent, recentBad));
        Assert.Equal(expected, outcome.Verdict);
        var check = Assert.Single(outcome.Checks);
        Assert.Equal(("availability.1h", "burn", 14.4, requests, recent), (check.Subject, check.Check, check.Threshold, check.CurrentSize, check.ReferenceSize));
        Assert.Equal(requests == 0 ? -1 : bad / (double)requests * 200, check.Value ?? -1, 1e-9);
        Assert.Equal(recent == 0 ? -1 : recentBad / (double)recent * 200, check.Statistic ?? -1, 1e-9);
    }

    [Fact]
    public void Run_OfWhatChanceExplains_CallsNobody()
    {
        // P(X ≥ 3 of 100 at 0.5 %) = 1 − 0.995¹⁰⁰ − 100·0.005·0.995⁹⁹ − 4950·0.005²·0.995⁹⁸ = 1 − 0.605770 − 0.304407 − 0.075719 = 0.014103.
        var check = Assert.Single(Run(Slo, new(6, Hour, 5 * Minute), _ => new(100, 3)).Checks);
        Assert.Equal(0.014103, check.PValue!.Value, 1e-5);
        Assert.Equal((FindingVerdict.Ok, 6.0), (check.Verdict, Math.Round(check.Value!.Value, 9)));
        Assert.EndsWith("Chance explains it.", check.Words, StringComparison.Ordinal);
        Assert.Equal(FindingVerdict.Breached, Run(Slo with { FalseAlarmRate = 0.015 }, new(6, Hour, 5 * Minute), _ => new(100, 3)).Verdict);
    }

    [Fact]
    public void Run_InBreach_SaysWhatWasCountedAndHowLongTheBudgetLasts()
    {
        var words = Run(Slo, new(14.4, Hour, 5 * Minute), back => back == Hour ? new(1200, 90) : new(100, 8)).Summary;
        // 30 days at 15 times the rate are two days.
        Assert.Equal("availability, 99.5 %: burn rate 15 (90 of 1,200 requests failed) over 1h, 16 (8 of 100 requests failed) over 5m. 14.4 is the limit; the budget of 30d lasts 2 days like this.", words);
    }

    [Fact]
    public void Run_OfATicket_TellsTheBudgetWithoutDecidingByIt()
    {
        var ticket = new SloMonitor("availability", Slo, Slo.Ticket, Budget: true);
        // A quiet three days after a bad month: 300 of 20,000 are three times what 99.5 % allow.
        var outcome = BurnScan.Run(ticket, back => back == Slo.Window ? new(20_000, 300) : new(2_000, 0));
        Assert.Equal(FindingVerdict.Ok, outcome.Verdict);
        Assert.Equal(("availability.budget", 3.0), (outcome.Checks[^1].Subject, Math.Round(outcome.Checks[^1].Value!.Value, 9)));
        // What is left of the budget does not clear what the rule cannot tell.
        Assert.Equal(FindingVerdict.NotEnoughData, BurnScan.Run(ticket, back => back == Slo.Window ? new(20_000, 0) : default).Verdict);
    }

    [Fact]
    public void Monitors_OfTheDefaults_AreAPageAndATicketOfAvailability()
    {
        var monitors = new MonitoringPolicy().InForce.Where(monitor => monitor.Value.Slo is not null).ToDictionary();
        Assert.Equal(["slo.availability.page", "slo.availability.ticket"], monitors.Keys.Order());
        Assert.Equal((AlertSeverity.Critical, Minute, 5 * Minute), (monitors["slo.availability.page"].Alert.Severity, monitors["slo.availability.page"].Stride, monitors["slo.availability.page"].Window.Length));
        Assert.Equal((AlertSeverity.Warning, 30 * Minute, 6 * Hour), (monitors["slo.availability.ticket"].Alert.Severity, monitors["slo.availability.ticket"].Stride, monitors["slo.availability.ticket"].Window.Length));
    }

    [Theory]
    [InlineData(2, 200)]
    [InlineData(20, 200)]
    public void Page_OfAServiceThatJustKeepsItsObjective_CallsOnLessThanOneDayInAHundred(int requestsAMinute, int days)
    {
        // Seeded. Each minute of each day both rules of the page are looked at, which is what the alert does.
        var random = new Random(4711);
        var called = Enumerable.Range(0, days).Count(_ => Pages(Day(requestsAMinute, _ => Slo.Budget, random), requestsAMinute) is not null);
        Assert.InRange(called, 0, days / 100);
    }

    [Theory]
    // An hour at 14.4 times the budget needs 259.2 of 3,600 failures at 99.5 %: at sixty a minute the fifth minute of an outage has them.
    [InlineData(60, 1.0, 5)]
    // One in five failing needs 21.6 minutes of the hour.
    [InlineData(60, 0.2, 22)]
    public void Page_OfAnOutage_CallsAsSoonAsTheHourHasItsShare(int requestsAMinute, double failing, int minutes)
    {
        var outage = 12 * 60;
        // Evenly, so that the minute can be worked out.
        var day = Enumerable.Range(0, 24 * 60).Select(minute => minute < outage ? 0L : (long)Math.Round(requestsAMinute * failing)).ToArray();
        Assert.Equal(outage + minutes, Pages(day, requestsAMinute));
    }

    private static long[] Day(int requestsAMinute, Func<int, double> share, Random random) =>
        [.. Enumerable.Range(0, 24 * 60).Select(minute => (long)Enumerable.Range(0, requestsAMinute).Count(_ => random.NextDouble() < share(minute)))];

    // The first minute at whose end somebody is called; null: nobody is.
    private static int? Pages(long[] bad, int requestsAMinute)
    {
        var sums = new long[bad.Length + 1];
        for (var minute = 0; minute < bad.Length; minute++) sums[minute + 1] = sums[minute] + bad[minute];
        var page = new SloMonitor("availability", Slo, Slo.Page, Budget: false);
        for (var end = 1; end <= bad.Length; end++)
        {
            LevelCounts Counts(TimeSpan back)
            {
                var from = Math.Max(0, end - (int)back.TotalMinutes);
                return new((long)(end - from) * requestsAMinute, sums[end] - sums[from]);
            }

            if (BurnScan.Run(page, Counts).Verdict == FindingVerdict.Breached) return end;
        }

        return null;
    }

    private static ScanOutcome Run(SloPolicy slo, BurnRule rule, Func<TimeSpan, LevelCounts> counts) =>
        BurnScan.Run(new("availability", slo, new() { Rules = [rule] }, Budget: false), counts);
}
