using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Reports.Plots;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>One check with its words, its figures and its drawings.</summary>
internal static class CheckCard
{
    /// <summary>A breach, open.</summary>
    public static Markup Open(FindingCheck check, CheckHistory history, bool told) => Markup.Of(
        $"<article class=\"card breached\"><header><h3>{Name(check)}</h3>{Tags(check)}</header><p class=\"words\">{Said(check)}</p>{Body(check, history, told)}</article>\n");

    /// <summary>Another check, to be opened.</summary>
    public static Markup Folded(FindingCheck check, CheckHistory history, bool told) => Markup.Of(
        $"<details class=\"card\"><summary><span class=\"name\">{Name(check)}</span>{Tags(check)}<span class=\"ratio\">{Share(check)}</span></summary><p class=\"words\">{Said(check)}</p>{Body(check, history, told)}</details>\n");

    /// <summary>The subject; other scripts cannot turn the line around.</summary>
    public static Markup Name(FindingCheck check) => Markup.Of($"<bdi>{check.Subject}</bdi>");

    /// <summary>The words without the name in front, which stands above or beside them already.</summary>
    public static string Said(FindingCheck check)
    {
        string[] names = [$"{check.Subject} in {check.Segment}: ", $"{check.Subject}: "];
        var words = names.Where(name => check.Words.StartsWith(name, StringComparison.Ordinal)).Select(name => check.Words[name.Length..]).FirstOrDefault(check.Words);
        return words.Length > 0 ? char.ToUpperInvariant(words[0]) + words[1..] : "";
    }

    private static Markup Tags(FindingCheck check) => Markup.Of(
        $"<span class=\"tag\">{Words.Spaced(check.Check)}</span>{(check.Segment is { } segment ? Markup.Of($"<span class=\"tag\"><bdi>{segment}</bdi></span>") : Markup.Empty)}");

    private static string Share(FindingCheck check) => ReportPlan.Ratio(check) is { } ratio ? $"{Words.Percent(ratio)} of the limit" : "";

    private static Markup Body(FindingCheck check, CheckHistory history, bool told) => Markup.Of(
        $"<div class=\"evidence\"><div>{Distribution(check, told)}{Series(check, history)}</div><div>{Quantiles(check)}{CheckFigures.Table(check)}</div></div>");

    private static Markup Distribution(FindingCheck check, bool told)
    {
        if (check.Histograms is not { Reference.Count: > 0 } pair) return Markup.Empty;
        var title = $"Distribution of {check.Subject} in the reference and in the window";
        var drawn = pair.Labels.Count > 0 ? LabelPlot.Draw(title, pair) : DensityPlot.Draw(title, pair, check.Quantiles, told);
        return Figure(Markup.Of($"<b>Distribution</b> <i class=\"key reference\"></i>reference <i class=\"key current\"></i>window{(pair.Labels.Count > 0 || check.Quantiles is null ? "" : " · dashed: medians")}"), Markup.Of($"{drawn}{Cut(pair)}"));
    }

    private static Markup Cut(HistogramPair pair)
    {
        var bins = Bin.Of(pair);
        var shown = Bin.Shown(bins);
        return bins.Count > 0 && (shown.Min() > bins[0].From || shown.Max() < bins[^1].To) 
            ? Markup.Of($"<p class=\"note\">A few values lie beyond what is drawn: they reach from {Words.Number(bins[0].From)} to {Words.Number(bins[^1].To)}.</p>") : Markup.Empty;
    }

    private static Markup Series(FindingCheck check, CheckHistory history) => history.Find(check) is not { Count: > 0 } points ? Markup.Empty
        : Figure(Markup.Of($"<b>{(check.Effect is null ? "Value" : "Effect")} over time</b> window by window"), SeriesPlot.Draw($"{check.Subject}, {Words.Spaced(check.Check)}, over {Words.Count(points.Count)} windows", points, check.Threshold));

    private static Markup Quantiles(FindingCheck check) => check.Quantiles is not { Levels.Count: > 0 } pair ? Markup.Empty
        : Figure(Markup.Of($"<b>Quantile shift</b> on the line: unmoved"), QuantilePlot.Draw($"Quantiles of {check.Subject} in the window over those of the reference", pair));

    private static Markup Figure(Markup caption, Markup drawing) => Markup.Of($"<figure><figcaption>{caption}</figcaption>{drawing}</figure>");
}
