namespace Serverless.Core.Monitoring;

/// <summary>
/// Multi-window, multi-burn-rate alerts (Google's SRE workbook, chapter 5). A rule is breached when both its windows burn at least as fast as it says, the
/// long one holds enough requests, and chance does not explain them: so that a handful of requests calls nobody.
/// </summary>
public static class BurnScan
{
    /// <summary>Looks at every rule.</summary>
    /// <param name="monitor">The objective and its rules.</param>
    /// <param name="counts">How requests went in the time of this length that ends now.</param>
    public static ScanOutcome Run(SloMonitor monitor, Func<TimeSpan, LevelCounts> counts)
    {
        var outcome = ScanOutcome.Of(monitor.Burn.Rules.Select(rule => Judge(monitor, rule, counts(rule.Long), counts(rule.Short))));
        var quiet = outcome.Verdict == FindingVerdict.Breached ? outcome.Summary : string.Join(" ", outcome.Checks.Select(check => check.Words));
        // What is left of the budget is told, and decides nothing: it would clear, or hold, what the rules are about.
        return monitor.Budget
            ? outcome with { Summary = quiet, Checks = [.. outcome.Checks, Left(monitor, counts(monitor.Slo.Window))] }
            : outcome with { Summary = quiet };
    }

    private static FindingCheck Judge(SloMonitor monitor, BurnRule rule, LevelCounts whole, LevelCounts recent)
    {
        var (slo, rate) = (monitor.Slo, whole.Burn(monitor.Slo));
        var chance = whole.Chance(slo);
        var (verdict, why) = Verdict(slo, rule, whole, recent, chance);
        return new($"{monitor.Name}.{WindowName.Of(rule.Long)}", "burn", null, verdict, $"{Words(monitor, rule, whole, recent)} {why}")
        {
            Value = rate, Threshold = rule.Burn, Statistic = recent.Burn(slo), Method = "Binomial", PValue = chance, ReferenceSize = recent.Requests, CurrentSize = whole.Requests,
        };
    }

    // All requests are counted, none is estimated: where none went wrong, that is known however few they were.
    private static (FindingVerdict Verdict, string Why) Verdict(SloPolicy slo, BurnRule rule, LevelCounts whole, LevelCounts recent, double chance) => (whole, recent) switch
    {
        { whole.Requests: 0 } => (FindingVerdict.NotEnoughData, "Nobody asked."),
        { whole.Bad: 0 } => (FindingVerdict.Ok, "All went well."),
        _ when whole.Requests < slo.MinimumRequests => (FindingVerdict.NotEnoughData, Figures.Say($"{slo.MinimumRequests} requests are needed.")),
        _ when Below(whole.Burn(slo), rule.Burn) => (FindingVerdict.Ok, Figures.Say($"{Figures.Number(rule.Burn)} is the limit.")),
        { recent.Requests: 0 } => (FindingVerdict.NotEnoughData, "Nobody has asked since: whether it goes on is not known."),
        _ when Below(recent.Burn(slo), rule.Burn) => (FindingVerdict.Ok, "It does not go on."),
        _ when chance > slo.FalseAlarmRate => (FindingVerdict.Ok, "Chance explains it."),
        _ => (FindingVerdict.Breached, Figures.Say($"{Figures.Number(rule.Burn)} is the limit; the budget of {WindowName.Of(slo.Window)} lasts {Lasts(slo, whole)} like this.")),
    };

    // A rate that is the limit but for rounding is the limit.
    private static bool Below(double? rate, double limit) => rate < limit * (1 - 1e-12);

    private static string Words(SloMonitor monitor, BurnRule rule, LevelCounts whole, LevelCounts recent) => Figures.Say(
        $"{Goal(monitor)}: burn rate {Rate(monitor, whole)} over {WindowName.Of(rule.Long)}, {Rate(monitor, recent)} over {WindowName.Of(rule.Short)}.");

    private static string Rate(SloMonitor monitor, LevelCounts counts) => counts.Burn(monitor.Slo) is { } rate
        ? Figures.Say($"{Figures.Number(rate)} ({counts.Bad:#,0} of {counts.Requests:#,0} requests {What(monitor.Slo)})")
        : "unknown (no requests)";

    private static string Goal(SloMonitor monitor) => monitor.Slo is { Kind: SloKind.Latency, Within: { } within }
        ? Figures.Say($"{monitor.Name}, {Figures.Percent(monitor.Slo.Objective)} within {Figures.Number(within.TotalMilliseconds)} ms")
        : Figures.Say($"{monitor.Name}, {Figures.Percent(monitor.Slo.Objective)}");

    private static string What(SloPolicy slo) => slo.Kind == SloKind.Latency ? "too slow" : "failed";

    private static string Lasts(SloPolicy slo, LevelCounts whole) => WindowName.Words(slo.Window / whole.Burn(slo)!.Value);

    private static FindingCheck Left(SloMonitor monitor, LevelCounts all)
    {
        var words = all.Burn(monitor.Slo) is { } used
            ? Figures.Say($"{Goal(monitor)}: {Figures.Percent(used)} of what {WindowName.Of(monitor.Slo.Window)} allow is used: {all.Bad:#,0} of {all.Requests:#,0} requests {What(monitor.Slo)}.")
            : Figures.Say($"{Goal(monitor)}: nobody asked in {WindowName.Of(monitor.Slo.Window)}.");
        return new($"{monitor.Name}.budget", "budget", null, all.Requests < monitor.Slo.MinimumRequests ? FindingVerdict.NotEnoughData : FindingVerdict.Ok, words)
        { Value = all.Burn(monitor.Slo), Threshold = 1, CurrentSize = all.Requests };
    }
}
