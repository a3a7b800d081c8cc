using Serverless.Core.Registry;

namespace Serverless.Core.Rollout;

/// <summary>How callers are moved to a candidate. The last move, to everything, is the promotion; its baking time is the watch period.</summary>
public sealed record ReleasePolicy
{
    /// <summary>In which manner.</summary>
    public ReleaseStrategy Strategy { get; init; } = ReleaseStrategy.Canary;

    /// <summary>The canary's share, or what a linear release adds each time; 0 to 1.</summary>
    public double StepSize { get; init; } = 0.1;

    /// <summary>How long each step is watched before the next.</summary>
    public TimeSpan BakingTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For <see cref="ReleaseStrategy.Steps"/>: the shares, rising.</summary>
    public IReadOnlyList<ReleaseStep> Steps { get; init; } = [];

    /// <summary>What decides who meets the candidate: the same key goes the same way on every instance, and a growing share only adds keys.</summary>
    public TrafficKey StickyBy { get; init; } = TrafficKey.Caller;

    /// <summary>A step does not end before the candidate has answered so many rows in it: a canary that nobody met shows nothing.</summary>
    public long MinimumRows { get; init; } = 100;

    /// <summary>How much longer than its steps' baking times a release may take (too few rows, no verdict); then it is taken back.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromDays(7);

    /// <summary>For <see cref="ReleaseStrategy.Ab"/> and <see cref="ReleaseStrategy.Bandit"/>.</summary>
    public TrialPolicy Trial { get; init; } = new();

    /// <summary>The steps before the promotion, in order.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<ReleaseStep> Plan => Strategy switch
    {
        ReleaseStrategy.AllAtOnce => [],
        ReleaseStrategy.Canary => [new(StepSize, BakingTime)],
        ReleaseStrategy.Linear => [.. Enumerable.Range(1, LinearSteps).Select(step => new ReleaseStep(Math.Round(step * StepSize, 12), BakingTime))],
        ReleaseStrategy.Steps => [.. Steps.Select(step => step with { BakingTime = step.Baking(BakingTime) })],
        ReleaseStrategy.BlueGreen => [new(0, BakingTime)],
        ReleaseStrategy.Ab => [new(Trial.Share, Trial.Duration)],
        ReleaseStrategy.Bandit => [new(Trial.Floor, Trial.Duration)],
    };

    /// <summary>The baking times of all steps together.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public TimeSpan Baking => Plan.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Baking(BakingTime));

    /// <summary>Whether a verdict, not time, ends the step.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsTrial => Strategy is ReleaseStrategy.Ab or ReleaseStrategy.Bandit;

    // A step of 1 or nothing would be the promotion itself, or none; Contradictions names it.
    private int LinearSteps => StepSize is > 0 and < 1 ? (int)Math.Ceiling(Math.Round(1 / StepSize, 9)) - 1 : 0;
}

/// <summary>One step of a release.</summary>
/// <param name="Share">The candidate's share of the callers, 0 to 1.</param>
/// <param name="BakingTime">How long it is watched; null: as the release says.</param>
public sealed record ReleaseStep(double Share, TimeSpan? BakingTime = null)
{
    internal TimeSpan Baking(TimeSpan otherwise) => BakingTime ?? otherwise;
}

/// <summary>How callers are moved.</summary>
public enum ReleaseStrategy
{
    /// <summary>One share first, then everybody.</summary>
    Canary,
    /// <summary>Everybody at once.</summary>
    AllAtOnce,
    /// <summary>Equal shares, one after the other.</summary>
    Linear,
    /// <summary>The shares of a list.</summary>
    Steps,
    /// <summary>The candidate is warm beside the champion and answers only who names it; then everybody is moved at once, and the champion stays warm for the way back.</summary>
    BlueGreen,
    /// <summary>A fixed split for a fixed time, with a decision at the end.</summary>
    Ab,
    /// <summary>A split that follows what is learnt (Thompson sampling), with a floor for each side and a stopping rule.</summary>
    Bandit,
}
