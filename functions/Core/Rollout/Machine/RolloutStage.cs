namespace Serverless.Core.Rollout;

/// <summary>Where a rollout stands.</summary>
public enum RolloutStage
{
    /// <summary>It has been asked for.</summary>
    Registered,
    /// <summary>The candidate is tried offline.</summary>
    Validating,
    /// <summary>It has passed.</summary>
    Validated,
    /// <summary>It answers beside the champion, unseen.</summary>
    Shadowing,
    /// <summary>Persons or other systems must agree before the next move.</summary>
    AwaitingApproval,
    /// <summary>It answers a share of the callers.</summary>
    Canary,
    /// <summary>It answers all, and is watched for a while.</summary>
    Champion,
    /// <summary>It was champion, and another one is.</summary>
    Retired,
    /// <summary>It ended before callers were moved.</summary>
    Rejected,
    /// <summary>It ended, and callers were moved back.</summary>
    RolledBack,
}

/// <summary>Which stages are ends, and which may follow another.</summary>
public static class RolloutStages
{
    /// <summary>Whether nothing follows.</summary>
    public static bool IsEnd(this RolloutStage stage) => stage is RolloutStage.Retired or RolloutStage.Rejected or RolloutStage.RolledBack;

    /// <summary>Whether one stage may follow another.</summary>
    public static bool Allows(RolloutStage from, RolloutStage to) => from switch
    {
        RolloutStage.Registered => to is RolloutStage.Validating or RolloutStage.Validated or RolloutStage.Rejected,
        RolloutStage.Validating => to is RolloutStage.Validated or RolloutStage.Rejected,
        RolloutStage.Validated => to is RolloutStage.Shadowing or RolloutStage.AwaitingApproval or RolloutStage.Canary or RolloutStage.Champion or RolloutStage.Rejected,
        RolloutStage.Shadowing => to is RolloutStage.AwaitingApproval or RolloutStage.Canary or RolloutStage.Champion or RolloutStage.Rejected,
        RolloutStage.AwaitingApproval => to is RolloutStage.AwaitingApproval or RolloutStage.Canary or RolloutStage.Champion or RolloutStage.Rejected or RolloutStage.RolledBack,
        RolloutStage.Canary => to is RolloutStage.Canary or RolloutStage.AwaitingApproval or RolloutStage.Champion or RolloutStage.RolledBack,
        RolloutStage.Champion => to is RolloutStage.Retired or RolloutStage.RolledBack,
        RolloutStage.Retired or RolloutStage.Rejected or RolloutStage.RolledBack => false,
    };
}
