namespace Serverless.Core.Monitoring;

/// <summary>A window as an alert's rule sees it: of several findings about one window the one with the highest revision.</summary>
/// <param name="Window">Its time.</param>
/// <param name="Finding">The finding that counts.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Verdict">Its verdict.</param>
public sealed record AlertWindow(TimeWindow Window, Guid Finding, int Revision, FindingVerdict Verdict)
{
    private const int MostChecks = 5;
    private const int LongestSummary = 600;

    /// <summary>What was found, in words; kept for the newest windows only.</summary>
    public string? Summary { get; init; }

    /// <summary>What changed most; kept for the newest windows only.</summary>
    public IReadOnlyList<AlertCheck> Top { get; init; } = [];

    /// <summary>How much was in breach, as <see cref="FindingShare"/> tells it; kept for the newest windows only.</summary>
    public double? Share { get; init; }

    /// <summary>A finding's window.</summary>
    public static AlertWindow Of(Finding finding) => new(finding.Window, finding.Id, finding.Revision, finding.Verdict)
    {
        Summary = finding.Verdict is FindingVerdict.Breached or FindingVerdict.Failed ? AlertCheck.Short(finding.Summary, LongestSummary) : null,
        Top = AlertCheck.Top(finding, MostChecks),
        Share = finding.Verdict == FindingVerdict.Breached ? FindingShare.Of(finding) : null,
    };

    /// <summary>Whether this finding counts instead of another about the same window. Two of one revision: the later id, so that the order of arrival does not matter.</summary>
    public bool Supersedes(AlertWindow other) => (Revision, Finding).CompareTo((other.Revision, other.Finding)) > 0;

    /// <summary>Earlier windows come before later ones.</summary>
    internal static int Order(AlertWindow one, AlertWindow other) => (one.Window.To, one.Window.From).CompareTo((other.Window.To, other.Window.From));

    /// <summary>Without what only the newest windows keep.</summary>
    internal AlertWindow Bare() => Summary is null && Top.Count == 0 && Share is null ? this : this with { Summary = null, Top = [], Share = null };
}
