using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Drift of features, predictions and labels in one window.</summary>
public sealed class DriftScans(WindowReader reader, References references)
{
    internal async Task<ScanResult> RunAsync(WindowQuery query, MonitorPolicy monitor, CancellationToken cancel)
    {
        var current = await reader.ReadAsync(query, cancel);
        if (current.Rows == 0) return ScanResult.None(current, FindingVerdict.NotEnoughData, "The window has no rows.");
        if (current.Columns.Count == 0) return ScanResult.None(current, FindingVerdict.NotEnoughData, "The window has none of the columns that are watched.");
        if (Seen(query, current) == 0) return ScanResult.None(current, FindingVerdict.NotEnoughData, "No prediction of the window has a label yet.");
        if (await references.FindAsync(query, current, monitor, cancel) is not { } reference)
            return ScanResult.None(current, FindingVerdict.NotComparable, $"Version {current.Version} has no baseline: upload one, or compare with another reference.");
        var outcome = DriftScan.Run([.. Pairs(query, current, reference, monitor)], monitor, -1);
        return new(outcome, current.Window, current.Rows, Seen(query, current)) { Versions = [.. current.Versions.Keys.Order()], Reference = reference, Flaws = current.Flaws };
    }

    /// <summary>For labels the rows that have one, otherwise all.</summary>
    private static long Seen(WindowQuery query, WindowRows current) => query.Signal == Core.Monitoring.Signal.LabelDrift
        ? current.Columns.Values.Sum(column => column.Rows - column.Missing)
        : current.Versions.Values.Sum();

    private static IEnumerable<ColumnPair> Pairs(WindowQuery query, WindowRows current, ReferenceSide reference, MonitorPolicy monitor)
    {
        var names = current.Columns.Keys.Union(reference.Columns.Keys).Where(name => query.Features.Count == 0 || query.Features.Contains(name)).Order(StringComparer.Ordinal).ToArray();
        foreach (var name in names)
            yield return new(name, null, current.Rows, () => Values(reference, name), () => current.Values(name, null));
        var (now, before) = (current.SegmentRows(monitor.MinimumRows), reference.Log?.SegmentRows(monitor.MinimumRows) ?? new Dictionary<string, int[]>());
        foreach (var (segment, rows) in now)
            foreach (var name in names)
                yield return new(name, segment, rows.Length, () => before.TryGetValue(segment, out var old) ? reference.Log!.Values(name, old) : null, () => current.Values(name, rows));
    }

    private static FeatureColumn? Values(ReferenceSide reference, string name) => reference.Columns.TryGetValue(name, out var column) ? column.Read().Values : null;
}
