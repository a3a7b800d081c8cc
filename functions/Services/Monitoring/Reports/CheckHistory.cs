using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Reports.Plots;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>Every check's value from window to window.</summary>
internal sealed class CheckHistory
{
    private readonly Dictionary<(string, string, string?), List<SeriesPoint>> series = [];

    private CheckHistory()
    {
    }

    /// <summary>From earlier findings in any order, and the one that is reported; of a window's revisions the last counts.</summary>
    public static CheckHistory Of(Finding finding, IReadOnlyList<Finding> earlier)
    {
        var history = new CheckHistory();
        var windows = earlier.Where(other => other.Window.To < finding.Window.To).GroupBy(other => other.Window.To)
            .OrderBy(window => window.Key).Select(window => window.MaxBy(other => other.Revision)!);
        foreach (var window in windows.Append(finding))
            foreach (var check in window.Checks.Where(check => check.Value is { } value && double.IsFinite(value)))
                history.Add(window, check);
        return history;
    }

    /// <summary>The values of a check, oldest first; fewer than two are not a history.</summary>
    public IReadOnlyList<SeriesPoint> Find(FindingCheck check) =>
        series.TryGetValue(Key(check), out var points) && points.Count > 1 ? points : [];

    /// <summary>The columns whose share of missing values is known, the worst now first.</summary>
    public IReadOnlyList<(string Subject, string? Segment, IReadOnlyList<SeriesPoint> Points)> Missing() =>
        [.. series.Where(one => one.Key.Item2 == "missing" && one.Value.Count > 1)
            .OrderByDescending(one => one.Value[^1].Breached).ThenByDescending(one => one.Value[^1].Value).ThenByDescending(one => one.Value.Max(point => point.Value))
            .ThenBy(one => one.Key.Item1, StringComparer.Ordinal).ThenBy(one => one.Key.Item3, StringComparer.Ordinal)
            .Select(one => (one.Key.Item1, one.Key.Item3, (IReadOnlyList<SeriesPoint>)one.Value))];

    private void Add(Finding window, FindingCheck check)
    {
        if (!series.TryGetValue(Key(check), out var points)) series[Key(check)] = points = [];
        points.Add(new(window.Window.To, check.Value!.Value, check.Verdict == FindingVerdict.Breached));
    }

    private static (string, string, string?) Key(FindingCheck check) => (check.Subject, check.Check, check.Segment);
}
