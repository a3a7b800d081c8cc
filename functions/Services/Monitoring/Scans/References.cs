using System.Globalization;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.SageMaker;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Finds what a window is compared with.</summary>
public sealed class References(WindowReader reader, BaselineStore baselines)
{
    /// <summary>The reference of a window; null when the policy asks for a baseline that the version does not have, or that lacks what is watched.</summary>
    internal async Task<ReferenceSide?> FindAsync(WindowQuery query, WindowRows current, MonitorPolicy monitor, CancellationToken cancel)
    {
        if (monitor.Reference.Kind is ReferenceKind.Auto or ReferenceKind.Baseline && current.Version is { } version && await BaselineAsync(query, version, cancel) is { } side) return side;
        if (WindowPlan.Reference(monitor, monitor.Reference.Kind, current.Window) is not { } time) return null;
        // The same types as in the window: a number that is stated to be a label is one on both sides. Outputs change with the version, inputs do not.
        var rows = await reader.ReadAsync(query with { Window = time, Rows = null, Version = query.Signal == Signal.PredictionDrift ? current.Version : null }, cancel);
        return ReferenceSide.Of(rows, Words(monitor.Reference.Kind, time));
    }

    /// <summary>Between which edges each watched column is counted, where the reference is a baseline and all are compared by cells; null where values are needed.</summary>
    internal async Task<IReadOnlyDictionary<string, double[]>?> EdgesAsync(WindowQuery query, int version, MonitorPolicy monitor, CancellationToken cancel)
    {
        if (monitor.Reference.Kind is not (ReferenceKind.Auto or ReferenceKind.Baseline) || await baselines.FindAsync(query.Model, version, cancel) is not { } baseline) return null;
        var columns = baseline.Columns.Where(column => column.Role == RoleOf(query.Signal) && (query.Features.Count == 0 || query.Features.Contains(column.Watched))).ToArray();
        return columns.Length > 0 && columns.All(column => DriftScan.IsOnCells(column, monitor)) ? columns.ToDictionary(column => column.Watched, column => column.Edges!.ToArray(), StringComparer.Ordinal) : null;
    }

    private async Task<ReferenceSide?> BaselineAsync(WindowQuery query, int version, CancellationToken cancel)
    {
        if (await baselines.FindAsync(query.Model, version, cancel) is not { } baseline) return null;
        BaselineColumn[] columns = [.. baseline.Columns.Where(column => column.Role == RoleOf(query.Signal))];
        if (columns.Length == 0) return null;
        return new($"the baseline of version {version}{(baseline.Source.StartsWith(SageMakerImport.Origin, StringComparison.Ordinal) ? ", rebuilt from SageMaker's statistics" : "")}", baseline.Rows, columns.ToDictionary(column => column.Watched, column => new ReferenceColumn(column.Type, stop => ReadAsync(baseline, column, stop)), StringComparer.Ordinal))
        { Slices = baseline.Segments.Any(segment => query.Segments.Contains(segment.Key)) ? new(await baselines.SegmentsAsync(baseline, cancel), columns) : null };
    }

    private async ValueTask<WindowColumn> ReadAsync(Baseline baseline, BaselineColumn column, CancellationToken cancel)
    {
        using var bytes = await baselines.ColumnAsync(baseline, column, cancel);
        return ColumnFile.Read(column.Watched, column.Type, bytes.Memory.Span);
    }

    private static ColumnRole RoleOf(Signal signal) => signal switch
    {
        Signal.FeatureDrift or Signal.DataQuality or Signal.Operations => ColumnRole.Feature,
        Signal.PredictionDrift => ColumnRole.Prediction,
        Signal.LabelDrift => ColumnRole.Label,
    };

    internal static string Words(ReferenceKind kind, TimeWindow time) => kind switch
    {
        ReferenceKind.Previous => $"the window before, {Span(time)}",
        ReferenceKind.WeekAgo => $"the same window a week ago, {Span(time)}",
        ReferenceKind.Auto or ReferenceKind.Trailing or ReferenceKind.Baseline => $"the windows before, {Span(time)}",
    };

    private static string Span(TimeWindow time) => string.Create(CultureInfo.InvariantCulture, $"{time.From.UtcDateTime:yyyy-MM-dd HH:mm} to {time.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}
