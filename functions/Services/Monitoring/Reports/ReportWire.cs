using System.Text.Json.Serialization;
using Serverless.Core.Monitoring;
using Serverless.Services.Registry;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>A report for machines: what the page is drawn from.</summary>
/// <param name="Finding">The finding whole.</param>
/// <param name="Headline">The verdict as one would say it.</param>
/// <param name="Series">Every check's value from window to window, where there is more than one.</param>
internal sealed record Report(Finding Finding, string Headline, IReadOnlyList<ReportSeries> Series)
{
    public static Report Of(Finding finding, IReadOnlyList<Finding> earlier)
    {
        var history = CheckHistory.Of(finding, earlier);
        return new(finding, Reports.Headline.Of(finding), [.. finding.Checks
            .Select(check => new ReportSeries(check.Subject, check.Check, check.Segment, check.Threshold, [.. history.Find(check).Select(point => new ReportPoint(point.Time, point.Value, point.Breached))]))
            .Where(series => series.Points.Count > 0)]);
    }
}

/// <summary>One check over time.</summary>
/// <param name="Subject">The column or figure.</param>
/// <param name="Check">What was asked.</param>
/// <param name="Segment">The part of the rows, or null.</param>
/// <param name="Threshold">The bound now.</param>
/// <param name="Points">Oldest first; the last is the report's window.</param>
internal sealed record ReportSeries(string Subject, string Check, string? Segment, double? Threshold, IReadOnlyList<ReportPoint> Points);

/// <summary>A value at a window's end.</summary>
/// <param name="Time">The window's end.</param>
/// <param name="Value">The value.</param>
/// <param name="Breached">Whether the check was breached.</param>
internal sealed record ReportPoint(DateTimeOffset Time, double Value, bool Breached);

/// <summary>What callers see of reports.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnum<Signal>), typeof(CamelCaseEnum<FindingVerdict>)])]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportWire : JsonSerializerContext;
