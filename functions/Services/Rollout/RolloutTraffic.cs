using Serverless.Core.Registry;
using Serverless.Core.Rollout;

namespace Serverless.Services.Rollout;

/// <summary>A rollout's plan as serving understands it.</summary>
internal static class RolloutTraffic
{
    /// <summary>The candidate's name in the log and in <c>x-model-variant</c>.</summary>
    public static string Variant(RolloutPolicy policy) => policy.Release.IsTrial ? "challenger" : "canary";

    /// <summary>The split; null when the champion answers everybody and nobody follows. Another rollout draws other keys.</summary>
    public static TrafficSplit? Split(RolloutState state, RolloutPolicy policy, TrafficPlan plan) => plan.Candidate is null && plan.Shadows.IsEmpty
        ? null
        : new(state.Id.ToString("N"), policy.Release.StickyBy,
            plan.Candidate is { } candidate ? [new(Variant(policy), candidate, plan.Share)] : [],
            [.. plan.Shadows.Select(shadow => new TrafficShadow(shadow.Version, shadow.Share))]);
}
