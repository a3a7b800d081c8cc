namespace Serverless.Core.Rollout;

/// <summary>An experiment on callers: what is counted, on whom, for how long.</summary>
public sealed record TrialPolicy
{
    /// <summary>The declared outcome, of 0 or 1 per row, that decides.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>For A/B: the candidate's share, 0 to 1.</summary>
    public double Share { get; init; } = 0.5;

    /// <summary>For a bandit: the least share of each side, so that both stay known.</summary>
    public double Floor { get; init; } = 0.1;

    /// <summary>For a bandit: how often the split is drawn anew.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Fewer rows on either side give no verdict.</summary>
    public long MinimumRows { get; init; } = 1_000;

    /// <summary>When it ends.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The verdict that promotes.</summary>
    public TestKind Accept { get; init; } = TestKind.Superior;

    /// <summary>The loss that is let pass as "not inferior".</summary>
    public double Margin { get; init; } = 0.01;

    /// <summary>One less the error rate.</summary>
    public double Confidence { get; init; } = 0.95;
}
