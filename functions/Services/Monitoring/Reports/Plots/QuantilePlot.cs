using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports.Plots;

/// <summary>Quantiles of the window over those of the reference. On the diagonal nothing moved.</summary>
internal static class QuantilePlot
{
    private const double Width = 280, Height = 248, Left = 46, Right = 270, Top = 10, Base = 208;

    /// <summary>Draws the points and the line through them.</summary>
    public static Markup Draw(string title, QuantilePair pair)
    {
        var points = Points(pair);
        var all = points.SelectMany(point => new[] { point.Reference, point.Current }).ToArray();
        Scale across = Scale.Over(all, Left, Right), up = Scale.Over(all, Base, Top);
        return Drawing.Svg(Width, Height, title, Markup.Of(
            $"{Drawing.Up(up, Left, Right, 4, Words.Number)}{Drawing.Across(across, Base, 3)}<line class=\"diagonal\" x1=\"{Left}\" y1=\"{Base}\" x2=\"{Right}\" y2=\"{Top}\"/>{Line(points, across, up)}<text class=\"tick end\" x=\"{Right}\" y=\"{Base + 35}\">reference →</text><text class=\"tick\" x=\"{Left + 6}\" y=\"{Top + 11}\">↑ window</text>"));
    }

    private static Markup Line(IReadOnlyList<(double Level, double Reference, double Current)> points, Scale across, Scale up) => Markup.Of(
        $"<polyline class=\"current line\" points=\"{Markup.Each(points, point => Markup.Of($"{across.At(point.Reference)},{up.At(point.Current)} "))}\"/>{Markup.Each(points, point => Markup.Of($"<circle class=\"current dot\" cx=\"{across.At(point.Reference)}\" cy=\"{up.At(point.Current)}\" r=\"{(point.Level == 0.5 ? 5.0 : 3.0)}\"><title>{Words.Percent(point.Level)} quantile: {Words.Number(point.Reference)} → {Words.Number(point.Current)}</title></circle>"))}");

    private static IReadOnlyList<(double Level, double Reference, double Current)> Points(QuantilePair pair) =>
        [.. pair.Levels.Zip(pair.Reference, pair.Current).Where(point => double.IsFinite(point.Second) && double.IsFinite(point.Third)).Select(point => (point.First, point.Second, point.Third))];
}
