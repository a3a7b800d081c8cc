using System.Globalization;
using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports.Plots;

/// <summary>The shares of labels on both sides, as pairs of bars.</summary>
internal static class LabelPlot
{
    private const double Width = 560, Left = 150, Right = 490, Row = 34, Bar = 11;

    /// <summary>Draws both sides; numbers in their order, other labels as they come.</summary>
    public static Markup Draw(string title, HistogramPair pair)
    {
        var rows = Rows(pair);
        var across = Scale.Over([0, .. rows.SelectMany(row => new[] { row.Reference, row.Current })], Left, Right);
        return Drawing.Svg(Width, rows.Length * Row + 6, title, Markup.Join(rows.Select((row, at) => Draw(row, 4 + at * Row, across))));
    }

    private static Markup Draw((string Label, double Reference, double Current) row, double y, Scale across) => Markup.Of(
        $"<g><title>{row.Label}: {Words.Percent(row.Reference)} → {Words.Percent(row.Current)}</title><text class=\"name end\" x=\"{Left - 10}\" y=\"{y + 16}\">{Drawing.Short(row.Label, 20)}</text>{OneBar(row.Reference, "reference", y, across)}{OneBar(row.Current, "current", y + Bar + 2, across)}</g>");

    private static Markup OneBar(double share, string side, double y, Scale across) => Markup.Of(
        $"<rect class=\"{side} bar\" x=\"{Left}\" y=\"{y}\" width=\"{across.At(share) - Left}\" height=\"{Bar}\"/><text class=\"tick\" x=\"{across.At(share) + 6}\" y=\"{y + Bar - 1.5}\">{Words.Percent(share)}</text>");

    private static (string Label, double Reference, double Current)[] Rows(HistogramPair pair)
    {
        var (reference, current) = (Bin.Shares(pair.Reference), Bin.Shares(pair.Current));
        var count = Math.Min(pair.Labels.Count, Math.Min(reference.Count, current.Count));
        var rows = Enumerable.Range(0, count).Select(at => (Label: pair.Labels[at], Reference: reference[at], Current: current[at])).ToArray();
        return rows.All(row => Value(row.Label) is not null) ? [.. rows.OrderBy(row => Value(row.Label))] : rows;
    }

    private static double? Value(string label) => double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
