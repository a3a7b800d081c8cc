namespace Serverless.Services.Monitoring.Reports.Plots;

/// <summary>A value at a window's end.</summary>
/// <param name="Time">The window's end.</param>
/// <param name="Value">The value.</param>
/// <param name="Breached">Whether the check was breached.</param>
internal readonly record struct SeriesPoint(DateTimeOffset Time, double Value, bool Breached);

/// <summary>A check's value from window to window, and its limit.</summary>
internal static class SeriesPlot
{
    private const double Width = 560, Height = 196, Left = 52, Right = 548, Top = 12, Base = 162;

    /// <summary>Draws the points, oldest first; the last is the window of the report.</summary>
    public static Markup Draw(string title, IReadOnlyList<SeriesPoint> points, double? limit)
    {
        Scale across = Scale.Over(points.Select(point => (double)point.Time.UtcTicks), Left + 8, Right - 8), up = Upwards(points, limit, Base, Top);
        return Drawing.Svg(Width, Height, title, Markup.Of(
            $"{Drawing.Up(up, Left, Right, 3, Words.Number)}{Line(points, across, up)}{Markup.Join(points.Select((point, at) => Dot(point, at == points.Count - 1, across, up)))}{Limit(limit, up)}{Days(points, across)}"));
    }

    /// <summary>From 0, or the least below it, to the largest and the limit.</summary>
    public static Scale Upwards(IEnumerable<SeriesPoint> points, double? limit, double from, double to) =>
        Scale.Over([0, (limit ?? 0) * 1.15, .. points.Select(point => point.Value * 1.05)], from, to);

    /// <summary>The line through the points.</summary>
    public static Markup Line(IReadOnlyList<SeriesPoint> points, Scale across, Scale up) => Markup.Of(
        $"<polyline class=\"current line\" points=\"{Markup.Each(points, point => Markup.Of($"{across.At(point.Time.UtcTicks)},{up.At(point.Value)} "))}\"/>");

    private static Markup Limit(double? limit, Scale up) => limit is not { } bound ? Markup.Empty : Markup.Of(
        $"<line class=\"limit\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{up.At(bound)}\" y2=\"{up.At(bound)}\"/><text class=\"beyond\" x=\"{Left + 8}\" y=\"{up.At(bound) - 5}\">limit {Words.Number(bound)}</text>");

    private static Markup Dot(SeriesPoint point, bool last, Scale across, Scale up) => Markup.Of(
        $"<circle class=\"{(point.Breached ? "beyond" : "current")} dot\" cx=\"{across.At(point.Time.UtcTicks)}\" cy=\"{up.At(point.Value)}\" r=\"{(last ? 5.0 : 3.0)}\"><title>{Words.Time(point.Time)}: {Words.Number(point.Value)}</title></circle>");

    private static Markup Days(IReadOnlyList<SeriesPoint> points, Scale across) => points.Count == 0 ? Markup.Empty : Markup.Of(
        $"<line class=\"axis\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Base}\" y2=\"{Base}\"/><text class=\"tick\" x=\"{Left}\" y=\"{Base + 20}\">{(points.Count > 1 ? Words.Day(points[0].Time) : "")}</text><text class=\"tick end\" x=\"{Right}\" y=\"{Base + 20}\">{Words.Day(points[^1].Time)}</text>");
}
