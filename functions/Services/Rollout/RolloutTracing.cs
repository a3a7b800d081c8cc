using System.Diagnostics;
using Serverless.Core.Rollout;

namespace Serverless.Services.Rollout;

/// <summary>The room's spans.</summary>
public static class RolloutTracing
{
    /// <summary>The source's name.</summary>
    public const string Name = "Serverless.Rollout";

    internal static ActivitySource Source { get; } = new(Name);

    /// <summary>Begins to ask the gates of a rollout's stage.</summary>
    internal static Activity? Judge(RolloutState state) => Describe(Source.StartActivity("judge rollout"), state);

    /// <summary>Begins to tell a rollout that something has happened.</summary>
    internal static Activity? Move(Guid rollout, RolloutEvent? happened) =>
        Source.StartActivity("move rollout")?.SetTag("mlops.rollout.id", rollout.ToString("D")).SetTag("mlops.rollout.event", happened?.GetType().Name);

    /// <summary>Notes what the gates decided.</summary>
    internal static void Decided(this Activity? span, Decision? decision) => span?
        .SetTag("mlops.decision.id", decision?.Id.ToString("D")).SetTag("mlops.decision.outcome", decision?.Outcome.ToString());

    /// <summary>Notes where a rollout stands.</summary>
    internal static Activity? Describe(this Activity? span, RolloutState state)
    {
        if (span is not { IsAllDataRequested: true }) return span;
        return span.SetTag("mlops.model.name", state.Model).SetTag("mlops.model.version", state.Version)
            .SetTag("mlops.rollout.id", state.Id.ToString("D")).SetTag("mlops.rollout.stage", state.Stage.ToString());
    }
}
