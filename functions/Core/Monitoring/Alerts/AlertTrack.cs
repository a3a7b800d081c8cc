namespace Serverless.Core.Monitoring;

/// <summary>Where the kept windows begin, and what those before them came to.</summary>
/// <param name="Before">Windows that ended by then no longer change anything.</param>
/// <param name="Breach">The rule about breaches, up to there.</param>
/// <param name="Failing">The rule about failed scans, up to there.</param>
public sealed record TrackStart(DateTimeOffset Before, RuleTrail Breach, RuleTrail Failing);

/// <summary>
/// What a monitor's alert is decided by: its newest windows by their own time. Findings may come late, twice or in any order; a window's verdict is that of
/// its highest revision, and what the windows come to is worked out from the oldest to the newest each time. So the order of arrival decides nothing.
/// </summary>
/// <param name="Model">The model's name.</param>
/// <param name="Monitor">The monitor's name.</param>
public sealed record AlertTrack(string Model, string Monitor)
{
    /// <summary>How many windows are kept: a finding that is older no longer changes an alert.</summary>
    public const int Kept = 64;

    private const int KeptInWords = 8;

    /// <summary>The newest windows, oldest first.</summary>
    public IReadOnlyList<AlertWindow> Windows { get; init; } = [];

    /// <summary>What windows that are no longer kept came to.</summary>
    public TrackStart? Start { get; init; }

    /// <summary>The monitor's newest alert, open or resolved.</summary>
    public AlertState? Alert { get; init; }

    /// <summary>The alert that is not over, or null.</summary>
    public AlertState? Open => Alert is { Open: true } ? Alert : null;

    /// <summary>The track with one more finding; null where it changes nothing: known, superseded or too old.</summary>
    public AlertTrack? With(Finding finding, AlertPolicy policy, FlapRule flaps)
    {
        var added = AlertWindow.Of(finding);
        if (finding.Window.To <= Start?.Before) return null;
        if (Windows.FirstOrDefault(window => window.Window == finding.Window) is { } known && !added.Supersedes(known)) return null;
        List<AlertWindow> windows = [.. Windows.Where(window => window.Window != finding.Window), added];
        windows.Sort(AlertWindow.Order);
        return (this with { Windows = Bare(windows) }).Shorten(policy, flaps);
    }

    /// <summary>What the windows come to: breaches first, then failed scans.</summary>
    public (AlertCause Cause, RuleCourse Course) Course(AlertPolicy policy, FlapRule flaps)
    {
        var end = Run(Start, Windows, policy, flaps);
        var (breach, failing) = (end.Breach.Course(policy, flaps), end.Failing.Course(policy, flaps));
        return Rank(failing) > Rank(breach) ? (AlertCause.Failing, failing) : (AlertCause.Breach, breach);
    }

    /// <summary>The newest window that speaks for a cause.</summary>
    public AlertWindow? Evidence(AlertCause cause) =>
        Windows.LastOrDefault(window => window.Verdict == (cause == AlertCause.Failing ? FindingVerdict.Failed : FindingVerdict.Breached));

    private static int Rank(RuleCourse course) => course.Status is { } status ? (int)status : -1;

    private AlertTrack Shorten(AlertPolicy policy, FlapRule flaps) => Windows.Count <= Kept
        ? this
        : this with { Start = Run(Start, [.. Windows.Take(Windows.Count - Kept)], policy, flaps), Windows = [.. Windows.Skip(Windows.Count - Kept)] };

    private static List<AlertWindow> Bare(List<AlertWindow> windows)
    {
        for (var at = 0; at < windows.Count - KeptInWords; at++) windows[at] = windows[at].Bare();
        return windows;
    }

    // Too few rows, or nothing to compare with: neither a breach nor an all-clear. A failed scan clears nothing either.
    private static TrackStart Run(TrackStart? start, IReadOnlyList<AlertWindow> windows, AlertPolicy policy, FlapRule flaps)
    {
        var (breach, failing) = (start?.Breach ?? RuleTrail.Start, start?.Failing ?? RuleTrail.Start);
        foreach (var window in windows)
        {
            if (window.Verdict is FindingVerdict.NotEnoughData or FindingVerdict.NotComparable) continue;
            if (window.Verdict != FindingVerdict.Failed) breach = breach.Step(window.Window.From, window.Verdict == FindingVerdict.Breached, policy, flaps);
            failing = failing.Step(window.Window.From, window.Verdict == FindingVerdict.Failed, policy, flaps);
        }

        return new(windows.Count > 0 ? windows[^1].Window.To : start!.Before, breach, failing);
    }
}
