using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>The summary. Where it strings the words of checks together, each gets a line of its own.</summary>
internal static class ReportLead
{
    /// <summary>The whole summary, nothing left out.</summary>
    public static Markup Of(Finding finding)
    {
        var (told, rest) = Split(finding);
        return told.Count < 2 ? Markup.Of($"<p class=\"lead\">{finding.Summary}</p>")
            : Markup.Of($"<ul class=\"lead\">{Markup.Each(told, check => Markup.Of($"<li><b>{CheckCard.Name(check)}{Segment(check)}</b>: {CheckCard.Said(check)}</li>"))}{(rest.Length == 0 ? Markup.Empty : Markup.Of($"<li>{rest}</li>"))}</ul>");
    }

    private static Markup Segment(FindingCheck check) => check.Segment is { } segment ? Markup.Of($" in <bdi>{segment}</bdi>") : Markup.Empty;

    private static (IReadOnlyList<FindingCheck> Told, string Left) Split(Finding finding)
    {
        var (told, rest) = (new List<FindingCheck>(), finding.Summary);
        foreach (var check in finding.Checks.Where(check => check.Words.Length > 0 && check.Verdict == FindingVerdict.Breached))
        {
            if (!rest.StartsWith(check.Words, StringComparison.Ordinal)) break;
            told.Add(check);
            rest = rest[check.Words.Length..].TrimStart();
        }
        return (told, rest);
    }
}
