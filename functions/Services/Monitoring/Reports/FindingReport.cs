using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>A finding as one page that needs nothing else: no script, no other file, no network. The same finding is always the same page.</summary>
public static class FindingReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="history">Findings of the same monitor, for what was before; in any order.</param>
    public static string Html(Finding finding, IReadOnlyList<Finding> history)
    {
        var (plan, past) = (ReportPlan.Of(finding.Checks), CheckHistory.Of(finding, history));
        return Markup.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Headline.Of(finding)} · {finding.Model} · {finding.Monitor}</title>
            <style>{ReportStyle.Sheet}</style>
            </head>
            <body>
            {ReportHeader.Of(finding)}
            <main>
            {Strengths.Of(finding.Checks)}{Breaches(plan, past)}{Others(plan, past)}{MissingSection.Of(past)}{AllChecks.Of(finding.Checks)}{Flaws(finding)}
            </main>
            <footer><p>A p-value is the chance of so great a difference while nothing has changed, corrected over all checks of the scan; with rows enough it is small for changes that mean nothing. The effect is the size of the change and does not grow with the rows, so a check is breached only when the corrected p-value is small and the effect or the value is beyond its limit.</p></footer>
            </body>
            </html>

            """).ToString();
    }

    private static Markup Breaches(ReportPlan plan, CheckHistory past)
    {
        var (cards, length) = (new List<Markup>(), 0);
        foreach (var check in plan.Breached)
        {
            var card = CheckCard.Open(check, past, cards.Count < ReportPlan.MostTold);
            if ((length += card.Length) > ReportPlan.Room) break;
            cards.Add(card);
        }
        return plan.Breached.Count == 0 ? Markup.Empty : Markup.Of(
            $"<section><h2>What is beyond its limit</h2>{Markup.Join(cards)}{Left(plan.Breached.Count - cards.Count)}</section>\n");
    }

    private static Markup Left(int left) => left == 0 ? Markup.Empty : Markup.Of($"<p>{Words.Count(left)} more are in the table of all checks.</p>");

    private static Markup Others(ReportPlan plan, CheckHistory past) => plan.Others.Count == 0 ? Markup.Empty : Markup.Of(
        $"<section><h2>{(plan.Breached.Count == 0 ? "The strongest changes" : "The strongest of the others")}</h2>{Markup.Join(plan.Others.Select((check, at) => CheckCard.Folded(check, past, plan.Breached.Count + at < ReportPlan.MostTold)))}</section>\n");

    private static Markup Flaws(Finding finding) => finding.Flaws.Count == 0 ? Markup.Empty : Markup.Of(
        $"<section><h2>What could not be read</h2><ul class=\"flaws\">{Markup.Each(finding.Flaws, flaw => Markup.Of($"<li>{flaw}</li>"))}</ul></section>\n");
}
