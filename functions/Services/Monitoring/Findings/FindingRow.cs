using System.Text.Json.Serialization;
using Serverless.Core.Monitoring;
using Serverless.Services.Registry;

namespace Serverless.Services.Monitoring.Findings;

/// <summary>A finding as its row tells it: enough for lists, alerts' windows and series.</summary>
/// <param name="Id">The finding's.</param>
/// <param name="Model">The model.</param>
/// <param name="Monitor">The monitor.</param>
/// <param name="Signal">What is watched.</param>
/// <param name="Window">The window.</param>
/// <param name="Scanned">When it was scanned.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Summary">In words.</param>
/// <param name="Rows">Rows in the window.</param>
/// <param name="Revision">1 for the window's first scan.</param>
/// <param name="Seen">What tells whether the window has other rows by now.</param>
/// <param name="Path">Where the finding stands whole.</param>
/// <param name="Figures">The value of every check, for series.</param>
public sealed record FindingRow(
    Guid Id, string Model, string Monitor, Signal Signal, TimeWindow Window, DateTimeOffset Scanned, FindingVerdict Verdict, string Summary, long Rows, int Revision, long Seen, string Path, IReadOnlyList<Figure> Figures)
{
    private const int MostFigures = 5_000;
    private const int LongestSummary = 2_000;

    /// <summary>The finding as far as the row tells it.</summary>
    [JsonIgnore]
    public Finding Finding => new(Id, Model, Monitor, Signal, Window, Scanned, Verdict, Summary, Rows)
    {
        Revision = Revision,
        Checks = [.. Figures.Select(figure => new FindingCheck(figure.Subject, figure.Check, figure.Segment, figure.Verdict, "") { Value = figure.Value })],
    };

    /// <summary>The row of a finding.</summary>
    public static FindingRow Of(Finding finding, long seen, string path) => new(
        finding.Id, finding.Model, finding.Monitor, finding.Signal, finding.Window, finding.Scanned, finding.Verdict,
        finding.Summary.Length <= LongestSummary ? finding.Summary : finding.Summary[..LongestSummary] + "…", finding.Rows, finding.Revision, seen, path,
        [.. finding.Checks.Where(check => check.Value is not null).Take(MostFigures).Select(check => new Figure(check.Subject, check.Check, check.Segment, check.Value!.Value, check.Verdict))]);
}

/// <summary>One check's value.</summary>
/// <param name="Subject">The column or figure.</param>
/// <param name="Check">What was asked.</param>
/// <param name="Segment">The part of the rows, or null.</param>
/// <param name="Value">The value.</param>
/// <param name="Verdict">The answer.</param>
public sealed record Figure(string Subject, string Check, string? Segment, double Value, FindingVerdict Verdict);

/// <summary>Findings as they are kept, and shown.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnum<Signal>), typeof(CamelCaseEnum<FindingVerdict>)])]
[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(FindingRow))]
internal sealed partial class FindingJson : JsonSerializerContext;
