using System.Collections.Immutable;

namespace Serverless.Core.Rollout;

/// <summary>Who answers whom.</summary>
/// <param name="Champion">Who answers all that no one else does, or null.</param>
/// <param name="Candidate">Who answers a share of the callers, or null.</param>
/// <param name="Share">Of the callers, 0 to 1. A key that the candidate answers at one share, it answers at every larger one.</param>
/// <param name="Shadows">Who answers beside, unseen.</param>
public sealed record TrafficPlan(int? Champion, int? Candidate, double Share, ImmutableArray<ShadowShare> Shadows)
{
    /// <summary>The split at a state, by its policy.</summary>
    public static TrafficPlan Of(RolloutState state, RolloutPolicy policy) => state.Stage == RolloutStage.Champion
        ? new(state.Version, null, 0, Shadowing(state, policy, beside: state.Version, first: false))
        : new(state.Champion, state.IsReleasing ? state.Version : null, Live(state, policy), Shadowing(state, policy, state.Champion, state.Stage == RolloutStage.Shadowing));

    /// <inheritdoc/>
    public bool Equals(TrafficPlan? other) => other is not null && (Champion, Candidate, Share) == (other.Champion, other.Candidate, other.Share) && Shadows.SequenceEqual(other.Shadows);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Champion, Candidate, Share, Shadows.Length);

    // Before a promotion that is waited for, the last step's share stays.
    private static double Live(RolloutState state, RolloutPolicy policy) =>
        !state.IsReleasing ? 0 : state.Allocation?.Share ?? policy.Release.Plan.ElementAtOrDefault(Math.Min(state.Step, policy.Release.Plan.Count - 1))?.Share ?? 0;

    // Those that wait learn while they wait, if the policy has a place for them; when all ends, they begin anew by themselves.
    private static ImmutableArray<ShadowShare> Shadowing(RolloutState state, RolloutPolicy policy, int? beside, bool first)
    {
        if (!policy.Shadow.Enabled || beside is null || state.Stage.IsEnd()) return [];
        var candidates = (first ? [state.Version] : Enumerable.Empty<int>()).Concat(state.Waiting);
        return [.. candidates.Take(policy.Shadow.Challengers).Select(version => new ShadowShare(version, policy.Shadow.Share))];
    }
}

/// <summary>A version that answers beside the champion.</summary>
/// <param name="Version">Which.</param>
/// <param name="Share">Of the callers' requests, 0 to 1.</param>
public sealed record ShadowShare(int Version, double Share);
