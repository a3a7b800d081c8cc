using Serverless.Services.Monitoring.Reports.Plots;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>The share of missing values, column by column, from window to window.</summary>
internal static class MissingSection
{
    private const int MostColumns = 40;
    private const double Width = 320, Height = 34;

    /// <summary>The section; nothing where the history has no such checks.</summary>
    public static Markup Of(CheckHistory history)
    {
        var columns = history.Missing();
        return columns.Count == 0 ? Markup.Empty : Markup.Of(
            $"<section><h2>Missing values over time</h2><div class=\"wide\"><table class=\"missing\"><caption>Share of rows without a value{Most(columns.Count)}; every line has a scale of its own</caption><thead><tr><th scope=\"col\">column</th><th scope=\"col\">{Words.Day(columns[0].Points[0].Time)} to {Words.Day(columns[0].Points[^1].Time)}</th><th scope=\"col\" class=\"number\">highest</th><th scope=\"col\" class=\"number\">now</th></tr></thead><tbody>{Markup.Each(columns.Take(MostColumns), column => Row(column.Subject, column.Segment, column.Points))}</tbody></table></div></section>\n");
    }

    private static string Most(int columns) => columns > MostColumns ? $", the {MostColumns} highest of {columns} columns" : "";

    private static Markup Row(string subject, string? segment, IReadOnlyList<SeriesPoint> points) => Markup.Of(
        $"<tr><th scope=\"row\"><bdi>{subject}</bdi>{(segment is null ? Markup.Empty : Markup.Of($" <span class=\"tag\"><bdi>{segment}</bdi></span>"))}</th><td>{Spark(subject, points)}</td><td class=\"number\">{Words.Percent(points.Max(point => point.Value))}</td><td class=\"number{(points[^1].Breached ? " beyond" : "")}\">{Words.Percent(points[^1].Value)}</td></tr>");

    private static Markup Spark(string subject, IReadOnlyList<SeriesPoint> points)
    {
        Scale across = Scale.Over(points.Select(point => (double)point.Time.UtcTicks), 5, Width - 5), up = SeriesPlot.Upwards(points, null, Height - 5, 5);
        return Drawing.Svg(Width, Height, $"Missing values of {subject}, {Words.Count(points.Count)} windows", Markup.Of(
            $"<line class=\"grid\" x1=\"0\" x2=\"{Width}\" y1=\"{Height - 4}\" y2=\"{Height - 4}\"/>{SeriesPlot.Line(points, across, up)}{Markup.Each(points.Where((point, at) => point.Breached || at == points.Count - 1), point => Markup.Of($"<circle class=\"{(point.Breached ? "beyond" : "current")} dot\" cx=\"{across.At(point.Time.UtcTicks)}\" cy=\"{up.At(point.Value)}\" r=\"3\"/>"))}"));
    }
}
