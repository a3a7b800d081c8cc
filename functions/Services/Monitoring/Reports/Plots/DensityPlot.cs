using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports.Plots;

/// <summary>Two distributions of numbers, one over the other. Bins differ in width, so their areas are the shares.</summary>
internal static class DensityPlot
{
    private const double Width = 560, Height = 250, Left = 8, Right = 552, Top = 12, Base = 222;

    /// <summary>Draws both sides; the medians as marks below the axis.</summary>
    public static Markup Draw(string title, HistogramPair pair, QuantilePair? quantiles, bool told)
    {
        var bins = Bin.Of(pair);
        var across = Scale.Over(Bin.Shown(bins), Left, Right);
        var up = Scale.Over(bins.SelectMany(bin => new[] { 0, bin.Reference / bin.Width, bin.Current / bin.Width }), Base, Top);
        return Drawing.Svg(Width, Height, title, Markup.Of(
            $"{Outline(bins, "reference", across, up, bin => bin.Reference)}{Outline(bins, "current", across, up, bin => bin.Current)}{Drawing.Across(across, Base, 6)}{Medians(quantiles, across)}{(told ? Tell(bins, across) : Markup.Empty)}"));
    }

    private static Markup Outline(IReadOnlyList<Bin> bins, string side, Scale across, Scale up, Func<Bin, double> share) => bins.Count == 0 ? Markup.Empty : Markup.Of(
        $"<path class=\"{side} area\" d=\"M{across.At(bins[0].From)} {Base}{Markup.Each(bins, bin => Markup.Of($"V{up.At(share(bin) / bin.Width)}H{across.At(bin.To)}"))}V{Base}Z\"/>");

    private static Markup Medians(QuantilePair? quantiles, Scale across)
    {
        var middle = quantiles?.Levels.ToList().IndexOf(0.5) ?? -1;
        return middle < 0 || quantiles!.Reference.Count <= middle || quantiles.Current.Count <= middle ? Markup.Empty
            : Markup.Of($"{Median(across.At(quantiles.Reference[middle]), "reference")}{Median(across.At(quantiles.Current[middle]), "current")}");
    }

    private static Markup Median(double x, string side) => Markup.Of(
        $"<line class=\"{side} median\" x1=\"{x}\" x2=\"{x}\" y1=\"{Top}\" y2=\"{Base}\"/>");

    private static Markup Tell(IReadOnlyList<Bin> bins, Scale across) => Markup.Of(
        $"<g class=\"tell\">{Markup.Each(bins, bin => Markup.Of($"<rect x=\"{across.At(bin.From)}\" y=\"{Top}\" width=\"{across.At(bin.To) - across.At(bin.From)}\" height=\"{Base - Top}\"><title>{Words.Number(bin.From)} to {Words.Number(bin.To)}: {Words.Percent(bin.Reference)} → {Words.Percent(bin.Current)}</title></rect>"))}</g>");
}
