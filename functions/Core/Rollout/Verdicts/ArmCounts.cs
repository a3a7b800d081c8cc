namespace Serverless.Core.Rollout;

/// <summary>One side of an experiment.</summary>
/// <param name="Successes">Rows with the outcome.</param>
/// <param name="Failures">Rows without.</param>
public readonly record struct ArmCounts(long Successes, long Failures)
{
    /// <summary>Rows.</summary>
    public long Rows => Successes + Failures;
}
