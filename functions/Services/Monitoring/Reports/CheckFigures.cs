using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>A check's figures, one a row; rows without a figure are left out.</summary>
internal static class CheckFigures
{
    /// <summary>The small table of a card.</summary>
    public static Markup Table(FindingCheck check) => Markup.Of(
        $"<table class=\"figures\"><caption>Figures</caption><tbody>{Markup.Each(Rows(check).Where(row => row.Figure is not null), row => Markup.Of($"<tr><th scope=\"row\">{row.Name}</th><td>{row.Figure}</td></tr>"))}</tbody></table>");

    private static IEnumerable<(string Name, string? Figure)> Rows(FindingCheck check) =>
    [
        ("test", check.Method is { } method ? Words.Method(method) : null),
        ("statistic", Say(check.Statistic, Words.Number)),
        ("p-value", Say(check.PValue, Words.Chance)),
        ("corrected p", Say(check.AdjustedPValue, Words.Chance)),
        ("effect", Say(check.Effect, Words.Number)),
        ("effect's limit", Say(check.RelevantEffect, Words.Number)),
        ("value", check.Value == check.Effect ? null : Say(check.Value, Words.Number)),
        ("threshold", check.Threshold == check.RelevantEffect ? null : Say(check.Threshold, Words.Number)),
        ("reference values", Size(check.ReferenceSize)),
        ("window values", Size(check.CurrentSize)),
    ];

    private static string? Say(double? figure, Func<double, string> say) => figure is { } value ? say(value) : null;

    private static string? Size(long size) => size > 0 ? Words.Count(size) : null;
}
