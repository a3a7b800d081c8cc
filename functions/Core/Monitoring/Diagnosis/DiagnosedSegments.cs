namespace Serverless.Core.Monitoring;

/// <summary>Which parts of the rows carry what changed.</summary>
internal static class DiagnosedSegments
{
    private const int Most = 5;
    // So much stronger than in all rows, and a segment stands out also where its neighbours are in breach too.
    private const double Stands = 1.5;

    /// <summary>The segments that stand out, the weightiest first; none where it is everywhere.</summary>
    public static IReadOnlyList<DiagnosisSegment> Of(IReadOnlyList<Finding> findings)
    {
        var checks = findings.SelectMany(finding => finding.Checks.Select(check => (finding.Monitor, Check: check)))
            .Where(one => one.Check.Verdict is FindingVerdict.Ok or FindingVerdict.Breached).ToArray();
        var overall = checks.Where(one => one.Check.Segment is null)
            .GroupBy(one => (one.Monitor, one.Check.Subject, one.Check.Check)).ToDictionary(same => same.Key, same => same.Max(one => AlertCheck.Weight(one.Check)));
        var segments = checks.Where(one => one.Check.Segment is not null).GroupBy(one => one.Check.Segment!).Select(segment => Judge(segment.Key, [.. segment], overall)).ToArray();
        return
        [
            .. segments.Where(segment => segment.Breached > 0 && StandsOut(segment, segments))
                .OrderByDescending(segment => segment.Weight ?? double.MaxValue).ThenByDescending(segment => segment.Breached).ThenBy(segment => segment.Segment, StringComparer.Ordinal)
                .Take(Most),
        ];
    }

    private static DiagnosisSegment Judge(
        string name, IReadOnlyList<(string Monitor, FindingCheck Check)> checks, Dictionary<(string, string, string), double> overall)
    {
        var breached = checks.Where(one => one.Check.Verdict == FindingVerdict.Breached).OrderByDescending(one => AlertCheck.Weight(one.Check)).ToArray();
        var ratios = breached.Where(one => overall.ContainsKey((one.Monitor, one.Check.Subject, one.Check.Check)))
            .Select(one => AlertCheck.Weight(one.Check) / overall[(one.Monitor, one.Check.Subject, one.Check.Check)]).Where(double.IsFinite).ToArray();
        return new(name, breached.Length, checks.Count, ratios.Length > 0 ? ratios.Max() : null, breached.Length > 0 ? AlertCheck.Short(breached[0].Check.Words, 240) : "");
    }

    // A segment among neighbours (other values of the same column) that are fine, or much stronger than all rows together.
    private static bool StandsOut(DiagnosisSegment segment, IReadOnlyList<DiagnosisSegment> all) =>
        segment.Weight >= Stands || all.Any(other => other.Breached == 0 && Column(other.Segment) == Column(segment.Segment));

    // "country=DE" is one of its column's values, "version 2" one of the versions.
    private static string Column(string segment) => segment.Split(segment.Contains('=', StringComparison.Ordinal) ? '=' : ' ', 2)[0];
}
