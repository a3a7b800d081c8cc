using System.Collections.Concurrent;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Drift of features, predictions and labels in one window.</summary>
public sealed class DriftScans(WindowReader reader, References references, HourProfiles hours)
{
    internal async Task<ScanResult> RunAsync(WindowQuery query, MonitorPolicy monitor, CancellationToken cancel)
    {
        var counted = await reader.CountRowsAsync(query, cancel);
        if (counted.Rows == 0) return ScanResult.None(counted, FindingVerdict.NotEnoughData, "The window has no rows.");
        var known = await KnownAsync(query, counted.Version!.Value, monitor, cancel);
        query = query with { Known = known.Columns.Keys.ToHashSet() };
        using var current = known.All ? counted : await reader.GatherAsync(query, counted, cancel);
        if (current.Columns.Count + known.Columns.Count == 0) return ScanResult.None(current, FindingVerdict.NotEnoughData, "The window has none of the columns that are watched.");
        if (Seen(query, current) == 0) return ScanResult.None(current, FindingVerdict.NotEnoughData, "No prediction of the window has a label yet.");
        using var reference = await references.FindAsync(query, current, monitor, cancel);
        if (reference is null)
            return ScanResult.None(current, FindingVerdict.NotComparable, $"Version {current.Version} has no baseline: upload one, or compare with another reference.");
        var changes = (await MeasureAsync(Pairs(query, current, reference, monitor), monitor, cancel)).ToList();
        if (known.Columns.Count > 0)
            changes = [.. changes.Concat(await MeasureAsync(known.Columns.Values, reference, monitor, cancel)).OrderBy(change => change.Measurement.Feature, StringComparer.Ordinal)];
        var seen = Seen(query, current);
        // Memory holds one version's columns at a time.
        current.Dispose();
        reference.Dispose();
        foreach (var version in current.Others(monitor.MinimumRows))
        {
            using var other = await reader.ReadAsync(query with { Version = version, Segments = [], Known = new HashSet<string>() }, cancel);
            changes.AddRange(await OtherAsync(query with { Segments = [], Known = new HashSet<string>() }, other, monitor, cancel));
            seen += query.Signal == Core.Monitoring.Signal.LabelDrift ? Seen(query, other) : 0;
        }
        return new(DriftScan.Judge(changes, monitor), current.Window, counted.Rows, seen) { Versions = [.. current.Versions.Keys.Order()], Reference = reference.Words, ReferenceRows = reference.Rows, Flaws = current.Flaws };
    }

    /// <summary>The columns that need no reading, by the profiles of the window's hours. Where one column's values must be read anyway, the others' come with them.</summary>
    private async Task<KnownColumns> KnownAsync(WindowQuery query, int version, MonitorPolicy monitor, CancellationToken cancel) =>
        HourProfiles.Serve(query) && await references.EdgesAsync(query, version, monitor, cancel) is { } edges ? await hours.ReadAsync(query, version, edges, cancel) : KnownColumns.None;

    private static async Task<IReadOnlyCollection<ColumnChange>> MeasureAsync(IEnumerable<HourColumn> known, ReferenceSide reference, MonitorPolicy monitor, CancellationToken cancel)
    {
        var changes = new ConcurrentBag<ColumnChange>();
        await EachAsync(known, async (column, stop) =>
        {
            using var values = await ReadAsync(reference, column.Name, stop);
            changes.Add(column.Numbers is { } numbers
                ? DriftScan.Measure(column.Name, values!, numbers, monitor) ?? throw new InvalidDataException($"The hours' cells of \"{column.Name}\" are not those of its baseline.")
                : DriftScan.Measure(column.Name, null, values, column.Labels!.ToColumn(), monitor));
        }, cancel);
        return changes;
    }

    /// <summary>A version that answered beside the one with most rows, against its own reference.</summary>
    private async Task<ColumnChange[]> OtherAsync(WindowQuery query, WindowRows other, MonitorPolicy monitor, CancellationToken cancel)
    {
        using var reference = await references.FindAsync(query, other, monitor, cancel);
        var part = WindowRows.Part(other.Version!.Value);
        return await MeasureAsync([.. Names(query, other, null).Select(name =>
            new Pair(name, part, stop => reference is null ? default : ReadAsync(reference, name, stop), () => other.Values(name, null)))], monitor, cancel);
    }

    /// <summary>As many columns at a time as there are cores, whatever their number in all: memory holds no more of them.</summary>
    private static async Task<ColumnChange[]> MeasureAsync(IReadOnlyList<Pair> pairs, MonitorPolicy monitor, CancellationToken cancel)
    {
        var changes = new ColumnChange[pairs.Count];
        await EachAsync(Enumerable.Range(0, changes.Length), async (at, stop) =>
        {
            using var reference = await pairs[at].Reference(stop);
            using var current = pairs[at].Current();
            changes[at] = DriftScan.Measure(pairs[at].Column, pairs[at].Segment, reference, current, monitor);
        }, cancel);
        return changes;
    }

    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask> work, CancellationToken cancel) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, work);

    /// <summary>For labels the rows that have one, otherwise all.</summary>
    private static long Seen(WindowQuery query, WindowRows current) => query.Signal == Core.Monitoring.Signal.LabelDrift
        ? current.Columns.Values.Sum(column => column.Rows - column.Missing)
        : current.Versions.Values.Sum();

    private static List<Pair> Pairs(WindowQuery query, WindowRows current, ReferenceSide reference, MonitorPolicy monitor)
    {
        var pairs = new List<Pair>();
        var names = Names(query, current, reference);
        foreach (var name in names)
            pairs.Add(new(name, null, stop => ReadAsync(reference, name, stop), () => current.Values(name, null)));
        var (now, before) = (current.SegmentRows(monitor.MinimumRows), reference.Log?.SegmentRows(monitor.MinimumRows) ?? new Dictionary<string, int[]>());
        foreach (var (segment, rows) in now)
            foreach (var name in names)
                pairs.Add(new(name, segment, _ => ValueTask.FromResult(Slice(name, segment)), () => current.Values(name, rows)));
        return pairs;

        FeatureColumn? Slice(string name, string segment) => reference.Slices is { } slices ? slices.Read(name, segment) : before.TryGetValue(segment, out var old) ? reference.Log!.Values(name, old) : null;
    }

    private static string[] Names(WindowQuery query, WindowRows current, ReferenceSide? reference) =>
        [.. current.Columns.Keys.Union(reference?.Columns.Keys ?? []).Except(query.Known).Where(name => query.Features.Count == 0 || query.Features.Contains(name)).Order(StringComparer.Ordinal)];

    private static async ValueTask<FeatureColumn?> ReadAsync(ReferenceSide reference, string name, CancellationToken cancel) =>
        reference.Columns.TryGetValue(name, out var column) ? (await column.Read(cancel)).Values : null;

    /// <summary>Both sides of one column in one segment, made when they are needed and let go afterwards.</summary>
    private sealed record Pair(string Column, string? Segment, Func<CancellationToken, ValueTask<FeatureColumn?>> Reference, Func<FeatureColumn?> Current);
}
