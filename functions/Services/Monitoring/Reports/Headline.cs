using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>The verdict as one would say it.</summary>
internal static class Headline
{
    /// <summary>One line, without a full stop.</summary>
    public static string Of(Finding finding) => finding.Verdict switch
    {
        FindingVerdict.Breached => Breached(finding),
        FindingVerdict.Ok => Fine(finding),
        FindingVerdict.NotEnoughData => "Too few rows for a verdict",
        FindingVerdict.NotComparable => "Window and reference cannot be compared",
        FindingVerdict.Failed => "The scan failed",
    };

    /// <summary>The verdict in a word or two.</summary>
    public static string Word(FindingVerdict verdict) => verdict switch
    {
        FindingVerdict.Breached => "breached",
        FindingVerdict.Ok => "as it should be",
        FindingVerdict.NotEnoughData => "too little data",
        FindingVerdict.NotComparable => "not comparable",
        FindingVerdict.Failed => "failed",
    };

    /// <summary>The verdict as a mark beside the title.</summary>
    public static string Mark(FindingVerdict verdict) => Word(verdict) is var word ? char.ToUpperInvariant(word[0]) + word[1..] : "";

    /// <summary>What is watched, as a title.</summary>
    public static string Watched(Signal signal) => signal switch
    {
        Signal.DataQuality => "Data quality",
        Signal.FeatureDrift => "Feature drift",
        Signal.PredictionDrift => "Prediction drift",
        Signal.LabelDrift => "Label drift",
        Signal.Operations => "Operations",
    };

    private static string Breached(Finding finding) => finding.Signal switch
    {
        Signal.DataQuality => $"The data breaks {Some(finding.Checks.Where(IsBreached).Count(), finding.Checks.Count, "check")}",
        Signal.Operations => $"The service is beyond {Some(finding.Checks.Where(IsBreached).Count(), finding.Checks.Count, "bound")}",
        _ => $"{Some(Subjects(finding.Checks.Where(IsBreached)), Subjects(finding.Checks), Noun(finding.Signal))} drifted",
    };

    private static string Fine(Finding finding) => finding.Signal switch
    {
        Signal.DataQuality => "The data is as it should be",
        Signal.Operations => "The service is as it should be",
        _ when finding.Checks.Any(IsBreached) => $"{Some(Subjects(finding.Checks.Where(IsBreached)), Subjects(finding.Checks), Noun(finding.Signal))} drifted: fewer than matter",
        _ => $"No drift in {Many(Subjects(finding.Checks), Noun(finding.Signal))}",
    };

    private static string Noun(Signal signal) => signal switch
    {
        Signal.PredictionDrift => "output",
        Signal.LabelDrift => "label column",
        _ => "feature",
    };

    private static string Some(int some, int all, string noun) => $"{some} of {Many(all, noun)}";

    private static string Many(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static bool IsBreached(FindingCheck check) => check.Verdict == FindingVerdict.Breached;

    private static int Subjects(IEnumerable<FindingCheck> checks) => checks.Select(check => check.Subject).Distinct(StringComparer.Ordinal).Count();
}
