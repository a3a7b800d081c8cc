using Serverless.Core.Statistics;

namespace Serverless.Core.Rollout;

/// <summary>What a comparison comes to.</summary>
/// <param name="Verdict">The candidate, by the champion.</param>
/// <param name="Accepted">Whether the candidate goes on; null: it is waited for more.</param>
/// <param name="Words">The answer in words.</param>
public sealed record ComparisonJudgement(ComparisonVerdict Verdict, bool? Accepted, string Words)
{
    /// <summary>Better where the interval lies above 0, not inferior where it lies above −margin, worse where it lies below 0.</summary>
    internal static ComparisonVerdict Of(ConfidenceInterval? interval, double margin) => interval switch
    {
        { Low: > 0 } => ComparisonVerdict.Better,
        { } range when range.Low > -margin => ComparisonVerdict.NonInferior,
        { High: < 0 } => ComparisonVerdict.Worse,
        _ => ComparisonVerdict.Undecided,
    };
}

/// <summary>How a candidate compares with the champion.</summary>
public enum ComparisonVerdict
{
    /// <summary>Nobody knows yet.</summary>
    Undecided,
    /// <summary>It is better.</summary>
    Better,
    /// <summary>It is not worse by the margin.</summary>
    NonInferior,
    /// <summary>It is worse.</summary>
    Worse,
}
