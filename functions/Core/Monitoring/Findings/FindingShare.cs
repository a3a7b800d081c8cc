namespace Serverless.Core.Monitoring;

/// <summary>How much of what a monitor looks at is in breach: of columns the share that drifted, of rows the share with the commonest breach of the contract.</summary>
public static class FindingShare
{
    private static readonly string[] OfRows = ["missing", "type", "notFinite", "range", "unseen"];

    /// <summary>Null where a finding has no such share: of another signal, or nothing could be compared.</summary>
    public static double? Of(Finding finding) => finding.Signal switch
    {
        Signal.FeatureDrift or Signal.PredictionDrift or Signal.LabelDrift => Drifted(finding),
        Signal.DataQuality => finding.Checks.Select(Rows).Max(),
        _ => null,
    };

    // What could not be compared is neither.
    private static double? Drifted(Finding finding)
    {
        FindingCheck[] judged = [.. finding.Checks.Where(check => check is { Check: "drift", Segment: null, Verdict: FindingVerdict.Ok or FindingVerdict.Breached })];
        return judged.Length == 0 ? null : (double)judged.Count(check => check.Verdict == FindingVerdict.Breached) / judged.Length;
    }

    private static double? Rows(FindingCheck check) => check switch
    {
        { Verdict: not FindingVerdict.Breached } => null,
        // A column that is gone is missing from every row.
        { Check: "schema", Value: 0 } => 1,
        { Value: >= 0 and <= 1 and var share, CurrentSize: > 0 } when OfRows.Contains(check.Check) => share,
        _ => null,
    };
}
