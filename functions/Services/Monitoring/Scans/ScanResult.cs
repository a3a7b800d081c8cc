using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>What a scan came to, and on which rows.</summary>
/// <param name="Outcome">Verdict, words and checks.</param>
/// <param name="Window">The window; of one by rows from its first row on.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Seen">What tells whether the window has other rows by now.</param>
internal sealed record ScanResult(ScanOutcome Outcome, TimeWindow Window, long Rows, long Seen)
{
    /// <summary>The versions in the window.</summary>
    public IReadOnlyList<int> Versions { get; init; } = [];

    /// <summary>What it was compared with, in words; null where nothing was.</summary>
    public string? Reference { get; init; }

    /// <summary>The reference's rows.</summary>
    public long ReferenceRows { get; init; }

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<string> Flaws { get; init; } = [];

    /// <summary>A window that gives no verdict.</summary>
    public static ScanResult None(WindowRows rows, FindingVerdict verdict, string words) =>
        new(new(verdict, words, []), rows.Window, rows.Rows, rows.Versions.Values.Sum()) { Versions = [.. rows.Versions.Keys.Order()], Flaws = rows.Flaws };
}
