namespace Serverless.Core.Monitoring;

/// <summary>Which windows a monitor scans, and with which it compares them. Windows end at whole strides since midnight UTC, 1 January 1970.</summary>
public static class WindowPlan
{
    /// <summary>How far back windows by rows look.</summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromDays(30);

    /// <summary>The windows whose time has come, oldest first.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="scannedTo">The end of the last window that was scanned or asked for; null when none was: then only the newest is due.</param>
    /// <param name="now">The time.</param>
    /// <param name="most">So many at most, the newest; older ones are left to a scan on demand.</param>
    public static IReadOnlyList<TimeWindow> Due(MonitorPolicy monitor, DateTimeOffset? scannedTo, DateTimeOffset now, int most)
    {
        var newest = LastEnd(monitor, now - monitor.Delay);
        var windows = new List<TimeWindow>();
        for (var end = newest; windows.Count < most && end > (scannedTo ?? newest - monitor.Stride); end -= monitor.Stride)
            windows.Add(Ending(monitor, end));
        windows.Reverse();
        return windows;
    }

    /// <summary>The windows that end within a range, oldest first: after its start, at or before its end.</summary>
    public static IReadOnlyList<TimeWindow> Over(MonitorPolicy monitor, DateTimeOffset from, DateTimeOffset to)
    {
        var windows = new List<TimeWindow>();
        for (var end = LastEnd(monitor, from) + monitor.Stride; end <= to; end += monitor.Stride)
            windows.Add(Ending(monitor, end));
        return windows;
    }

    /// <summary>The window that ends then; of one by rows the time that may hold them.</summary>
    public static TimeWindow Ending(MonitorPolicy monitor, DateTimeOffset end) =>
        new(end - (monitor.Window.Rows is null ? monitor.Window.Length : LongestLook), end);

    /// <summary>The time that a window is compared with, where that is the log's; null for a baseline.</summary>
    public static TimeWindow? Reference(MonitorPolicy monitor, ReferenceKind kind, TimeWindow window) => kind switch
    {
        ReferenceKind.Auto or ReferenceKind.Trailing => new(window.From - Math.Max(1, monitor.Reference.Windows) * window.Length, window.From),
        ReferenceKind.Previous => new(window.From - window.Length, window.From),
        ReferenceKind.WeekAgo => new(window.From - TimeSpan.FromDays(7), window.To - TimeSpan.FromDays(7)),
        ReferenceKind.Baseline => null,
    };

    private static DateTimeOffset LastEnd(MonitorPolicy monitor, DateTimeOffset time)
    {
        var since = time - DateTimeOffset.UnixEpoch;
        return DateTimeOffset.UnixEpoch + Math.Floor(since / monitor.Stride) * monitor.Stride;
    }
}
