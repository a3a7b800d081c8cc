using System.Globalization;
using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>The verdict, the summary, and what was looked at.</summary>
internal static class ReportHeader
{
    /// <summary>The head of the page.</summary>
    public static Markup Of(Finding finding) => Markup.Of($"""
        <header class="top {Tone.Of(finding.Verdict)}">
        <p class="eyebrow"><b>{Headline.Mark(finding.Verdict)}</b> {Headline.Watched(finding.Signal)} of <bdi>{finding.Model}</bdi></p>
        <h1>{Headline.Of(finding)}</h1>
        {ReportLead.Of(finding)}
        <dl>{Markup.Each(Facts(finding), fact => Markup.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Text}</dd></div>"))}</dl>
        </header>
        """);

    private static IEnumerable<(string Name, string Text)> Facts(Finding finding) =>
    [
        ("Window", Words.Span(finding.Window)),
        ("Rows", Words.Count(finding.Rows)),
        ("Model", $"{finding.Model}{Versions(finding.Versions)}"),
        ("Compared with", finding.Reference ?? "nothing"),
        ("Reference rows", finding.Reference is null ? "–" : Words.Count(finding.ReferenceRows)),
        ("Monitor", finding.Monitor),
        ("Scanned", $"{Words.Time(finding.Scanned)} UTC"),
        ("Revision", finding.Revision.ToString(CultureInfo.InvariantCulture)),
        ("Policy", $"version {finding.PolicyVersion.ToString(CultureInfo.InvariantCulture)}"),
    ];

    private static string Versions(IReadOnlyList<int> versions) => versions.Count == 0 ? "" : $", version {string.Join(", ", versions.Select(version => version.ToString(CultureInfo.InvariantCulture)))}";
}
