namespace Serverless.Core.Rollout;

/// <summary>The way from stage to stage, and back.</summary>
internal sealed partial class RolloutMoves
{
    public Transition SendBack(string why, bool byHand)
    {
        if (state.Stage == RolloutStage.Champion) return Dethrone(why, byHand);
        return state.IsReleasing ? End(why, quarantine: true) : Refuse($"It is {RolloutMachine.Words(state.Stage)}: no caller has been moved, so none is sent back.");
    }

    public Transition ChampionChanged(RolloutEvent.ChampionChanged changed)
    {
        if (state.Stage == RolloutStage.Champion ? changed.To == state.Version : changed.To == state.Champion) return Refuse("That is the champion already.");
        return state.Stage == RolloutStage.Champion
            ? Retire(changed.To)
            : End(changed.To is { } other ? $"Version {other} is champion now: what was compared with version {state.Champion} says nothing of it." : "There is no champion any more.", quarantine: false, changed.To, changed: true);
    }

    private Transition.Moved Shadow(string why) => policy.Shadow.Enabled && state.Champion is not null
        ? Done(Enter(RolloutStage.Shadowing), why)
        : Release(state, $"{why} {(policy.Shadow.Enabled ? "There is no champion to shadow." : "The policy asks for no shadow.")}");

    /// <summary>Towards the first caller, if all agree.</summary>
    private Transition.Moved Release(RolloutState before, string why) => Agreed(before, Checkpoint.Release) is { } asked ? Done(asked, why) : Move(before, why);

    private Transition.Moved Move(RolloutState before, string why)
    {
        if (before.Champion is null || policy.Release.Plan.Count == 0) return Promote(before, why);
        effects.Add(new RolloutEffect.KeepWarm(before.Version));
        return Done(Enter(RolloutStage.Canary, before), $"{why} {Share(0)}");
    }

    /// <summary>Towards all callers, if all agree.</summary>
    private Transition.Moved Promote(RolloutState before, string why) => Agreed(before, Checkpoint.Promotion) is { } asked ? Done(asked, why) : Crown(before, why);

    private RolloutState? Agreed(RolloutState before, Checkpoint checkpoint)
    {
        var asked = before with { Awaiting = checkpoint, Approvals = [] };
        var needs = RolloutNeeds.At(checkpoint, asked, policy);
        if (needs.AreMet) return null;
        effects.Add(new RolloutEffect.Ask(checkpoint, needs.Persons, needs.Gates));
        return Enter(RolloutStage.AwaitingApproval, asked);
    }

    private Transition.Moved Crown(RolloutState before, string why)
    {
        effects.Add(new RolloutEffect.KeepWarm(before.Version));
        if (before.Champion is { } former) effects.Add(new RolloutEffect.KeepWarm(former));
        effects.Add(new RolloutEffect.FlipChampion(before.Champion, before.Version));
        return Done(Enter(RolloutStage.Champion, before) with { Allocation = null, FormerLetGo = before.Champion is null }, why);
    }

    private Transition Dethrone(string why, bool byHand)
    {
        if (state.Champion is not { } former) return Refuse("There is no former champion to go back to.");
        if (!byHand && state.Watched) return Refuse("The watch is over: a person decides.");
        effects.Add(new RolloutEffect.KeepWarm(former));
        effects.Add(new RolloutEffect.FlipChampion(state.Version, former));
        return Over(RolloutStage.RolledBack, why, quarantine: true);
    }

    private Transition.Moved Retire(int? to)
    {
        if (!state.FormerLetGo && state.Champion is { } former && former != to) effects.Add(new RolloutEffect.LetGo(former));
        // Else another rollout may be under way, whose split it is.
        if (!state.Waiting.IsEmpty) effects.Add(new RolloutEffect.SetTraffic(new(to, null, 0, [])));
        Next();
        return new Transition.Moved(Close(RolloutStage.Retired, $"Version {to} is champion now."), [.. effects, new RolloutEffect.Publish(state.Stage, RolloutStage.Retired, $"Version {to} is champion now.")], $"Version {to} is champion now.");
    }

    private Transition.Moved End(string why, bool quarantine, int? champion = null, bool changed = false) =>
        Over(state.IsReleasing ? RolloutStage.RolledBack : RolloutStage.Rejected, why, quarantine, champion, changed);

    private Transition.Moved Over(RolloutStage end, string why, bool quarantine, int? champion = null, bool changed = false)
    {
        var closed = Close(end, why);
        var plan = TrafficPlan.Of(closed, policy);
        effects.Add(new RolloutEffect.SetTraffic(changed ? plan with { Champion = champion } : plan));
        if (state.IsReleasing || state.Stage == RolloutStage.Champion) effects.Add(new RolloutEffect.LetGo(state.Version));
        if (quarantine) effects.Add(new RolloutEffect.Quarantine(state.Version, why));
        Next();
        effects.Add(new RolloutEffect.Publish(state.Stage, end, why));
        return new Transition.Moved(closed, [.. effects], why);
    }

    private RolloutState Close(RolloutStage end, string why) => Enter(end) with { Ended = why, Waiting = [], Paused = null, Allocation = null };

    private void Next()
    {
        if (state.Waiting.Length > 0) effects.Add(new RolloutEffect.Begin(state.Waiting[0], state.Waiting[1..]));
    }

    private RolloutState Enter(RolloutStage stage) => Enter(stage, state);

    private RolloutState Enter(RolloutStage stage, RolloutState before) => At(before with { Stage = stage, Entered = before.Entered.ContainsKey(stage) ? before.Entered : before.Entered.Add(stage, now) });

    private RolloutState At(RolloutState before) => before with { Since = now, Stood = TimeSpan.Zero };

    private Transition.Moved Done(RolloutState next, string why, bool begin = false)
    {
        var plan = TrafficPlan.Of(next, policy);
        if (plan != TrafficPlan.Of(state, policy)) effects.Add(new RolloutEffect.SetTraffic(plan));
        // After this one's split, for it may set its own.
        if (begin) Next();
        effects.Add(new RolloutEffect.Publish(state.Stage, next.Stage, why));
        return new Transition.Moved(next, [.. effects], why);
    }
}
