namespace Serverless.Core.Monitoring;

/// <summary>
/// Finds out where to look: which signals moved together and which of them first (data quality, features, predictions, labels, operations, where the
/// time does not tell), what changed most, which segments carry it, and whether it began with a version.
/// </summary>
public static class Diagnose
{
    private const int MostSubjects = 5;
    private const int MostWords = 3;

    /// <summary>The diagnosis of one alert.</summary>
    public static Diagnosis Alert(DiagnosisCase given)
    {
        var windows = Episodes.Windows(given);
        var episodes = Episodes.InOrder(windows.GroupBy(finding => finding.Monitor)
            .Select(monitor => Episodes.Of(monitor, FindingVerdict.Breached, given.Since)).OfType<Episode>());
        var first = episodes.Count > 0 ? episodes[0].First : given.Finding;
        var signals = Signals(windows, episodes);
        var subjects = Subjects(episodes);
        var segments = DiagnosedSegments.Of([.. episodes.Select(episode => episode.Last)]);
        var deployment = DiagnosedDeployment.Of(first, windows, given.Deployments);
        return new(DiagnosisText.Of(given, signals, subjects, segments, deployment), signals, subjects, segments, deployment);
    }

    private static IReadOnlyList<DiagnosisSignal> Signals(IReadOnlyList<Finding> windows, IReadOnlyList<Episode> episodes)
    {
        var moved = episodes.Select(episode => episode.First.Signal).Distinct().ToArray();
        return
        [
            .. moved.Select(signal => Moved(signal, [.. episodes.Where(episode => episode.First.Signal == signal)])),
            .. Enum.GetValues<Signal>().Except(moved).Select(signal => Unmoved(signal, [.. windows.Where(finding => finding.Signal == signal)])),
        ];
    }

    private static DiagnosisSignal Moved(Signal signal, IReadOnlyList<Episode> episodes) => new(
        signal, SignalState.Moved, episodes.MinBy(episode => episode.First.Window.From)!.First.Window,
        [.. episodes.Select(episode => episode.Last.Monitor).Distinct()], AlertCheck.Short(episodes[0].Last.Summary, 300));

    private static DiagnosisSignal Unmoved(Signal signal, IReadOnlyList<Finding> findings)
    {
        var last = findings.GroupBy(finding => finding.Monitor).Select(monitor => monitor.Last()).ToArray();
        var state = last.Length == 0 ? SignalState.NotWatched
            : last.All(finding => finding.Verdict is FindingVerdict.Ok or FindingVerdict.Breached) ? SignalState.Steady
            : SignalState.Unclear;
        return new(signal, state, null, [.. last.Select(finding => finding.Monitor)], null);
    }

    private static IReadOnlyList<DiagnosisSubject> Subjects(IReadOnlyList<Episode> episodes) =>
    [
        .. (from episode in episodes
            from check in episode.Last.Checks
            where check.Verdict == FindingVerdict.Breached && check.Segment is null
            group (episode.Last.Signal, check) by check.Subject into subject
            let checks = subject.OrderByDescending(one => AlertCheck.Weight(one.check)).ThenBy(one => one.Signal).ToArray()
            orderby AlertCheck.Weight(checks[0].check) descending, subject.Min(one => one.check.AdjustedPValue ?? one.check.PValue ?? 1), subject.Key
            select new DiagnosisSubject(
                subject.Key, [.. subject.Select(one => one.Signal).Distinct().Order()], [.. checks.Take(MostWords).Select(one => AlertCheck.Short(one.check.Words, 240))],
                AlertCheck.Weight(checks[0].check), subject.Min(one => one.check.AdjustedPValue ?? one.check.PValue))).Take(MostSubjects),
    ];
}
