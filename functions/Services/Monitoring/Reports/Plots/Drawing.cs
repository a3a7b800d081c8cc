namespace Serverless.Services.Monitoring.Reports.Plots;

/// <summary>What all drawings share.</summary>
internal static class Drawing
{
    /// <summary>An image with its name for those who do not see it.</summary>
    public static Markup Svg(double width, double height, string title, Markup content) => Markup.Of(
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {width} {height}\"><title>{title}</title>{content}</svg>");

    /// <summary>A horizontal axis with its figures below.</summary>
    public static Markup Across(Scale scale, double y, int about) => Markup.Of(
        $"<line class=\"axis\" x1=\"{scale.Start}\" x2=\"{scale.End}\" y1=\"{y}\" y2=\"{y}\"/>{Markup.Each(scale.Ticks(about), tick => Markup.Of($"<text class=\"tick mid\" x=\"{scale.At(tick)}\" y=\"{y + 17}\">{Words.Number(tick)}</text>"))}");

    /// <summary>Figures of a vertical axis to its left, each with a line through the drawing.</summary>
    public static Markup Up(Scale scale, double from, double to, int about, Func<double, string> say) => Markup.Each(scale.Ticks(about), tick => Markup.Of(
        $"<line class=\"grid\" x1=\"{from}\" x2=\"{to}\" y1=\"{scale.At(tick)}\" y2=\"{scale.At(tick)}\"/><text class=\"tick end\" x=\"{from - 7}\" y=\"{scale.At(tick) + 4}\">{say(tick)}</text>"));

    /// <summary>At most so many characters, whole ones.</summary>
    public static string Short(string text, int most)
    {
        var runes = text.EnumerateRunes().ToArray();
        return runes.Length <= most ? text : string.Concat(runes.Take(most - 1)) + "…";
    }
}
