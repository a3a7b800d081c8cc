namespace Serverless.Core.Monitoring;

/// <summary>What one monitor found in one window: self-contained, so that a report, an alert and an auditor need nothing else.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Monitor">The monitor's name in the policy.</param>
/// <param name="Signal">What is watched.</param>
/// <param name="Window">The window's time.</param>
/// <param name="Scanned">When it was scanned.</param>
/// <param name="Verdict">The worst of its checks, as the monitor's rule reads them.</param>
/// <param name="Summary">What changed, most important first, in words.</param>
/// <param name="Rows">Rows in the window.</param>
public sealed record Finding(
    Guid Id, string Model, string Monitor, Signal Signal, TimeWindow Window, DateTimeOffset Scanned, FindingVerdict Verdict, string Summary, long Rows)
{
    /// <summary>1 for a window's first scan; a later one supersedes those before it.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>The model versions whose predictions the window holds.</summary>
    public IReadOnlyList<int> Versions { get; init; } = [];

    /// <summary>The policy's number that was in force.</summary>
    public int PolicyVersion { get; init; }

    /// <summary>What the window was compared with, in words; null where nothing was.</summary>
    public string? Reference { get; init; }

    /// <summary>Rows of the reference.</summary>
    public long ReferenceRows { get; init; }

    /// <summary>Every check, breaches first.</summary>
    public IReadOnlyList<FindingCheck> Checks { get; init; } = [];

    /// <summary>What of the log could not be read: file and reason.</summary>
    public IReadOnlyList<string> Flaws { get; init; } = [];
}
