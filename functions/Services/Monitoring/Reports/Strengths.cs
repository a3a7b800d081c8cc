using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Reports.Plots;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>All checks at a glance: how far each is from its limit.</summary>
internal static class Strengths
{
    private const int Fewest = 2, Most = 14;
    private const double Width = 880, Left = 210, Right = 800, Row = 24, Top = 26;

    /// <summary>The section; nothing where there is too little to compare.</summary>
    public static Markup Of(IReadOnlyList<FindingCheck> checks)
    {
        FindingCheck[] all = [.. checks.Where(check => check.Effect is not null && ReportPlan.Ratio(check) is not null).OrderByDescending(check => ReportPlan.Ratio(check))];
        return all.Length < Fewest ? Markup.Empty : Markup.Of(
            $"<section><h2>Changes against their limits</h2><figure><figcaption><b>Effect</b> in units of its limit <i class=\"key beyond\"></i>breached <i class=\"key reference\"></i>within the limit, or explained by chance{(all.Length > Most ? $" · the strongest {Most} of {Words.Count(all.Length)}" : "")}</figcaption>{Draw([.. all.Take(Most)])}</figure></section>\n");
    }

    private static Markup Draw(FindingCheck[] checks)
    {
        var across = Scale.Over([0, 1.25, .. checks.Select(check => Math.Min(ReportPlan.Ratio(check)!.Value, 1e6))], Left, Right);
        var bottom = Top + checks.Length * Row + 4;
        return Drawing.Svg(Width, bottom + 4, "Effect of each check in units of its limit", Markup.Of(
            $"{Markup.Join(checks.Select((check, at) => Bar(check, Top + at * Row, across)))}<line class=\"limit\" x1=\"{across.At(1)}\" x2=\"{across.At(1)}\" y1=\"{Top - 6}\" y2=\"{bottom}\"/><text class=\"beyond mid\" x=\"{across.At(1)}\" y=\"{Top - 12}\">limit</text>"));
    }

    private static Markup Bar(FindingCheck check, double y, Scale across)
    {
        var (name, ratio) = (check.Segment is { } segment ? $"{check.Subject} in {segment}" : check.Subject, ReportPlan.Ratio(check)!.Value);
        return Markup.Of($"<g><title>{name}: {Words.Times(ratio)} its limit</title><text class=\"name end\" x=\"{Left - 12}\" y=\"{y + 13}\">{Drawing.Short(name, 28)}</text><rect class=\"{(check.Verdict == FindingVerdict.Breached ? "beyond" : "reference")} bar\" x=\"{Left}\" y=\"{y + 3.5}\" width=\"{Math.Max(0, across.At(ratio) - Left)}\" height=\"{Row - 13}\"/><text class=\"tick\" x=\"{across.At(ratio) + 7}\" y=\"{y + 13}\">{Words.Times(ratio)}</text></g>");
    }
}
