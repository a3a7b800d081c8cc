namespace Serverless.Core.Monitoring;

/// <summary>What a scan came to, before it is a finding.</summary>
/// <param name="Verdict">Of the window.</param>
/// <param name="Summary">In words, the most important first.</param>
/// <param name="Checks">Breaches first.</param>
public sealed record ScanOutcome(FindingVerdict Verdict, string Summary, IReadOnlyList<FindingCheck> Checks)
{
    /// <summary>From checks of which one breach is enough.</summary>
    public static ScanOutcome Of(IEnumerable<FindingCheck> checks)
    {
        var ordered = Ordered(checks);
        return new(Worst(ordered), Sum(ordered), ordered);
    }

    /// <summary>Breaches first, and of these the strongest effects.</summary>
    internal static IReadOnlyList<FindingCheck> Ordered(IEnumerable<FindingCheck> checks) =>
        [.. checks.OrderBy(check => Rank(check.Verdict)).ThenBy(check => check.Segment is null ? 0 : 1).ThenByDescending(Strength)];

    internal static string Sum(IReadOnlyList<FindingCheck> checks)
    {
        FindingCheck[] breaches = [.. checks.Where(check => check.Verdict == FindingVerdict.Breached)];
        if (breaches.Length == 0)
            return checks.Count == 0 ? "Nothing to look at." : Quiet(checks);
        var first = string.Join(" ", breaches.Take(3).Select(check => check.Words));
        return breaches.Length > 3 ? Figures.Say($"{first} And {breaches.Length - 3} more.") : first;
    }

    private static string Quiet(IReadOnlyList<FindingCheck> checks)
    {
        int Count(FindingVerdict verdict) => checks.Count(check => check.Verdict == verdict);
        return Figures.Say($"Of {checks.Count} checks {Count(FindingVerdict.Ok)} are as they should be, {Count(FindingVerdict.NotEnoughData)} lack data, {Count(FindingVerdict.NotComparable)} cannot be compared.");
    }

    private static FindingVerdict Worst(IReadOnlyList<FindingCheck> checks)
    {
        FindingVerdict[] order = [FindingVerdict.Breached, FindingVerdict.Ok, FindingVerdict.NotComparable];
        foreach (var verdict in order)
            if (checks.Any(check => check.Verdict == verdict))
                return verdict;
        return FindingVerdict.NotEnoughData;
    }

    private static int Rank(FindingVerdict verdict) => verdict switch
    {
        FindingVerdict.Breached => 0,
        FindingVerdict.Failed => 1,
        FindingVerdict.NotComparable => 2,
        FindingVerdict.NotEnoughData => 3,
        FindingVerdict.Ok => 4,
    };

    private static double Strength(FindingCheck check) => (check.Effect ?? check.Value ?? 0) / Math.Max(check.RelevantEffect ?? check.Threshold ?? 1, 1e-9);
}
