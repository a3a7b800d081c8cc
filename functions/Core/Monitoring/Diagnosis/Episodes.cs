namespace Serverless.Core.Monitoring;

/// <summary>A monitor's run of breaches that goes together with an alert.</summary>
/// <param name="First">The finding in which it began.</param>
/// <param name="Last">Its newest finding in breach.</param>
internal sealed record Episode(Finding First, Finding Last);

/// <summary>Which monitors are in breach together.</summary>
internal static class Episodes
{
    // One window without a breach does not end a run.
    private const int Gap = 1;

    /// <summary>The newest revision of each monitor's windows up to the alert's, oldest first.</summary>
    public static IReadOnlyList<Finding> Windows(DiagnosisCase given) =>
    [
        .. given.Recent.Append(given.Finding).Where(finding => finding.Window.From < given.Finding.Window.To)
            .GroupBy(finding => (finding.Monitor, finding.Window))
            .Select(same => same.OrderBy(finding => finding.Revision).ThenBy(finding => finding.Id).Last())
            .OrderBy(finding => finding.Window.To).ThenBy(finding => finding.Monitor, StringComparer.Ordinal),
    ];

    /// <summary>The run of breaches that one monitor is in, or null: its newest breach touches the time since the alert began.</summary>
    public static Episode? Of(IEnumerable<Finding> monitor, FindingVerdict bad, DateTimeOffset since)
    {
        Episode? run = null;
        var quiet = 0;
        foreach (var finding in monitor)
        {
            if (finding.Verdict == bad)
            {
                run = run is null || quiet > Gap ? new(finding, finding) : run with { Last = finding };
                quiet = 0;
            }
            else if (finding.Verdict == FindingVerdict.Ok) quiet++;
        }

        return run is not null && run.Last.Window.To + run.Last.Window.Length > since ? run : null;
    }

    /// <summary>
    /// Runs in the order in which they began. Those whose first windows overlap began together as far as anybody can tell: the cause is then
    /// looked for in causal order.
    /// </summary>
    public static IReadOnlyList<Episode> InOrder(IEnumerable<Episode> episodes)
    {
        var ordered = new List<Episode>();
        var together = new List<Episode>();
        foreach (var episode in episodes.OrderBy(one => one.First.Window.From).ThenBy(one => one.First.Monitor, StringComparer.Ordinal))
        {
            if (together.Count > 0 && episode.First.Window.From >= together.Max(one => one.First.Window.To)) Flush();
            together.Add(episode);
        }

        Flush();
        return ordered;

        void Flush()
        {
            ordered.AddRange(together.OrderBy(one => one.First.Signal).ThenBy(one => one.First.Window.From));
            together.Clear();
        }
    }
}
