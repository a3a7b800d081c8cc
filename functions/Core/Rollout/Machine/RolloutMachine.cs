namespace Serverless.Core.Rollout;

/// <summary>The state machine of a rollout. It does nothing; it says what is to be done.</summary>
/// <remarks>
/// Of the rollouts of a model at most one is not over (<see cref="RolloutState.IsOver"/>). When a champion changes, by a rollout's effect or by hand,
/// the model's other rollouts that have not ended are told by <see cref="RolloutEvent.ChampionChanged"/>.
/// </remarks>
public static class RolloutMachine
{
    /// <summary>Begins a rollout.</summary>
    public static Transition Start(RolloutState registered, RolloutPolicy policy)
    {
        if (registered.Champion == registered.Version) return new Transition.Refused($"Version {registered.Version} is the champion already.");
        var approvers = policy.Approvals.Approvers.Distinct(StringComparer.Ordinal).Count(person => policy.Approvals.Refuses(person, registered.Registrant) is null);
        if (policy.Approvals.Approvers.Count > 0 && approvers < (int)policy.Approvals.Required)
            return new Transition.Refused($"{(int)policy.Approvals.Required} persons other than {registered.Registrant} must approve, and {approvers} of those named may.");
        var told = new RolloutEffect.Publish(RolloutStage.Registered, RolloutStage.Registered, "Asked for.");
        // Those that wait behind it go on learning.
        return new Transition.Moved(registered, registered.Waiting.IsEmpty ? [told] : [new RolloutEffect.SetTraffic(TrafficPlan.Of(registered, policy)), told], "Asked for.");
    }

    /// <summary>Takes an event.</summary>
    public static Transition Apply(RolloutState state, RolloutEvent happened, RolloutPolicy policy, DateTimeOffset now)
    {
        if (happened.Rollout != state.Id) return new Transition.Refused($"This is rollout {state.Id}, the event is of {happened.Rollout}.");
        if (state.Applied.Contains(happened.Id)) return new Transition.Nothing();
        if (state.Stage.IsEnd()) return new Transition.Refused($"It has ended ({Words(state.Stage)}): {state.Ended}");
        if (state.Paused is { } pause && StandsStill(happened)) return new Transition.Refused($"It is paused by {pause.By}: {pause.Reason}");
        var moves = new RolloutMoves(state with { Applied = [.. state.Applied.Skip(state.Applied.Length + 1 - RolloutState.MostApplied), happened.Id], Revision = state.Revision + 1 }, policy, now);
        return IsTime(happened) && RolloutClock.Refuses(state, policy, happened, now) is { } early ? new Transition.Refused(early) : Take(moves, happened);
    }

    private static Transition Take(RolloutMoves moves, RolloutEvent happened) => happened switch
    {
        RolloutEvent.StageOpened => moves.Open(),
        RolloutEvent.ValidationFinished done => moves.Validated(done),
        RolloutEvent.ShadowVerdict verdict => moves.Compared(verdict),
        RolloutEvent.TrialVerdict verdict => moves.Tried(verdict),
        RolloutEvent.Reallocated drawn => moves.Reallocate(drawn),
        RolloutEvent.BakeElapsed => moves.NextStep("It has baked."),
        RolloutEvent.GuardrailTripped tripped => moves.SendBack($"The guardrail {tripped.Guardrail} is broken: {tripped.Words}", byHand: false),
        RolloutEvent.RolledBackByHand back => moves.SendBack($"Rolled back by {back.By}: {back.Reason}", byHand: true),
        RolloutEvent.Approved approved => moves.Approve(approved),
        RolloutEvent.ExternallyApproved approved => moves.Approve(approved),
        RolloutEvent.ExternalSilent silent => moves.Silent(silent),
        RolloutEvent.Vetoed veto => moves.Veto(veto),
        RolloutEvent.Aborted aborted => moves.Abort($"Aborted by {aborted.By}: {aborted.Reason}"),
        RolloutEvent.PausedByHand paused => moves.Pause(paused),
        RolloutEvent.Resumed resumed => moves.Resume(resumed),
        RolloutEvent.PauseExpired => moves.Abort("It was paused for longer than the policy lets it be."),
        RolloutEvent.Skipped skipped => moves.Skip(skipped),
        RolloutEvent.Superseded newer => moves.Supersede(newer),
        RolloutEvent.ChampionChanged changed => moves.ChampionChanged(changed),
        RolloutEvent.WatchElapsed => moves.EndWatch(),
        RolloutEvent.RetirementElapsed => moves.LetFormerGo(),
        RolloutEvent.DeadlinePassed => moves.Late(),
        _ => new Transition.Refused($"Nothing is known of {happened.GetType().Name}."),
    };

    private static bool IsTime(RolloutEvent happened) => happened is RolloutEvent.StageOpened or RolloutEvent.BakeElapsed or RolloutEvent.ExternalSilent
        or RolloutEvent.PauseExpired or RolloutEvent.WatchElapsed or RolloutEvent.RetirementElapsed or RolloutEvent.DeadlinePassed;

    // What ends a rollout, and what others say, is heard while it stands still; nothing that gets it on is.
    private static bool StandsStill(RolloutEvent happened) => happened is RolloutEvent.StageOpened or RolloutEvent.ValidationFinished or RolloutEvent.ShadowVerdict
        or RolloutEvent.TrialVerdict or RolloutEvent.Reallocated or RolloutEvent.BakeElapsed or RolloutEvent.ExternalSilent or RolloutEvent.DeadlinePassed
        or RolloutEvent.Skipped or RolloutEvent.PausedByHand;

    internal static string Words(RolloutStage stage) => stage switch
    {
        RolloutStage.Registered => "registered",
        RolloutStage.Validating => "validating",
        RolloutStage.Validated => "validated",
        RolloutStage.Shadowing => "shadowing",
        RolloutStage.AwaitingApproval => "awaiting approval",
        RolloutStage.Canary => "canary",
        RolloutStage.Champion => "champion",
        RolloutStage.Retired => "retired",
        RolloutStage.Rejected => "rejected",
        RolloutStage.RolledBack => "rolled back",
    };
}
