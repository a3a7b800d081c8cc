using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>Every check in one table, folded away on a screen and open on paper.</summary>
internal static class AllChecks
{
    /// <summary>The table; nothing without checks.</summary>
    public static Markup Of(IReadOnlyList<FindingCheck> checks) => checks.Count == 0 ? Markup.Empty : Markup.Of(
        $"<section><h2>All checks</h2><details class=\"all\"><summary>{Words.Count(checks.Count)} {(checks.Count == 1 ? "check" : "checks")}, breaches first</summary><div class=\"wide\"><table><caption>Every check of this finding</caption><thead><tr><th scope=\"col\">subject</th><th scope=\"col\">check</th><th scope=\"col\">verdict</th><th scope=\"col\" class=\"number\">value</th><th scope=\"col\" class=\"number\">limit</th><th scope=\"col\" class=\"number\">corrected p</th></tr></thead><tbody>{Markup.Each(checks, Row)}</tbody></table></div></details></section>\n");

    private static Markup Row(FindingCheck check) => Markup.Of(
        $"<tr><th scope=\"row\">{CheckCard.Name(check)}{(check.Segment is { } segment ? Markup.Of($" <span class=\"tag\"><bdi>{segment}</bdi></span>") : Markup.Empty)}</th><td>{Words.Spaced(check.Check)}</td><td>{Chip(check.Verdict)}</td><td class=\"number\">{Say(check.Value, Words.Number)}</td><td class=\"number\">{Say(check.Threshold, Words.Number)}</td><td class=\"number\">{Say(check.AdjustedPValue, Words.Chance)}</td></tr>\n");

    private static Markup Chip(FindingVerdict verdict) => Markup.Of($"<span class=\"chip {Tone.Of(verdict)}\">{Headline.Word(verdict)}</span>");

    private static string Say(double? figure, Func<double, string> say) => figure is { } value ? say(value) : "–";
}
