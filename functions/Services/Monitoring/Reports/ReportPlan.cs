using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>What of a finding is drawn, and what is only listed: a report of hundreds of columns still fits into a mail.</summary>
/// <param name="Breached">The breaches, in the finding's order; they get a card while there is room.</param>
/// <param name="Others">The strongest of the rest that have something to draw.</param>
internal sealed record ReportPlan(IReadOnlyList<FindingCheck> Breached, IReadOnlyList<FindingCheck> Others)
{
    /// <summary>The breaches' cards end after so many characters.</summary>
    public const int Room = 1_300_000;

    /// <summary>So many others get a card.</summary>
    public const int MostOthers = 20;

    /// <summary>So many drawings tell every bin when pointed at.</summary>
    public const int MostTold = 30;

    /// <summary>Chooses.</summary>
    public static ReportPlan Of(IReadOnlyList<FindingCheck> checks)
    {
        FindingCheck[] breached = [.. checks.Where(check => check.Verdict == FindingVerdict.Breached)];
        var others = checks.Where(check => check.Verdict != FindingVerdict.Breached && check.Histograms is not null).OrderByDescending(Strength).Take(MostOthers);
        return new(breached, [.. others]);
    }

    /// <summary>The figure in units of its limit; 1 is where it begins to matter.</summary>
    public static double? Ratio(FindingCheck check) => ((check.Effect ?? check.Value) / (check.RelevantEffect ?? check.Threshold)) is { } ratio && double.IsFinite(ratio) ? ratio : null;

    private static double Strength(FindingCheck check) => Ratio(check) ?? 0;
}
