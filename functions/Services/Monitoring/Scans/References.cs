using System.Globalization;
using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Finds what a window is compared with.</summary>
public sealed class References(WindowReader reader)
{
    /// <summary>The reference of a window; null when the policy asks for a baseline and there is none.</summary>
    internal async Task<ReferenceSide?> FindAsync(WindowQuery query, WindowRows current, MonitorPolicy monitor, CancellationToken cancel)
    {
        if (WindowPlan.Reference(monitor, monitor.Reference.Kind, current.Window) is not { } time) return null;
        // The same types as in the window: a number that is stated to be a label is one on both sides. Outputs change with the version, inputs do not.
        var rows = await reader.ReadAsync(query with { Window = time, Rows = null, Version = query.Signal == Signal.PredictionDrift ? current.Version : null }, cancel);
        return ReferenceSide.Of(rows, Words(monitor.Reference.Kind, time));
    }

    internal static string Words(ReferenceKind kind, TimeWindow time) => kind switch
    {
        ReferenceKind.Previous => $"the window before, {Span(time)}",
        ReferenceKind.WeekAgo => $"the same window a week ago, {Span(time)}",
        ReferenceKind.Auto or ReferenceKind.Trailing or ReferenceKind.Baseline => $"the windows before, {Span(time)}",
    };

    private static string Span(TimeWindow time) => string.Create(CultureInfo.InvariantCulture, $"{time.From.UtcDateTime:yyyy-MM-dd HH:mm} to {time.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}
