using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Findings;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>How many rows are usual: those of the monitor's windows at the same hour and weekday of the last four weeks, or where there are fewer than three of them, of the newest eight windows.</summary>
public sealed class UsualRows(FindingStore findings)
{
    private const int Weeks = 4, Newest = 8, Enough = 3;

    internal async Task<IReadOnlyList<long>> FindAsync(ModelName model, string monitor, TimeWindow window, CancellationToken cancel)
    {
        var same = new List<long>();
        for (var week = 1; week <= Weeks; week++)
            if (await findings.FindAsync(model, monitor, window.To.AddDays(-7 * week), cancel) is { Row: var row } && Counts(row, window))
                same.Add(row.Rows);
        if (same.Count >= Enough) return same;
        var (rows, _) = await findings.ListAsync(model, monitor, DateTimeOffset.MinValue, window.From, null, Newest, cancel);
        return [.. rows.Where(row => Counts(row, window)).Select(row => row.Rows)];
    }

    private static bool Counts(FindingRow row, TimeWindow window) => row.Verdict != FindingVerdict.Failed && row.Window.Length == window.Length;
}
