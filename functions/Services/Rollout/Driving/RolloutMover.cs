using Serverless.Core.Access;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Rollout.Store;

namespace Serverless.Services.Rollout.Driving;

/// <summary>Moves rollouts: loads the state, lets the machine decide, commits what follows. Of two hosts with one event, one moves and the other learns that it has happened.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="rollouts">What is kept.</param>
/// <param name="changes">What a move changes.</param>
/// <param name="versions">Where callers can go.</param>
/// <param name="meters">Count decisions.</param>
/// <param name="clock">Tells what is due.</param>
public sealed class RolloutMover(ModelStore store, RolloutStore rollouts, RolloutChanges changes, VersionReader versions, RolloutMeters meters, TimeProvider clock)
{
    /// <summary>Something has happened to a rollout.</summary>
    /// <param name="model">Whose.</param>
    /// <param name="rollout">Which.</param>
    /// <param name="happened">What, given the state as it is and its policy.</param>
    /// <param name="decision">Why, where gates have decided; kept with the move. Its evidence is kept already.</param>
    /// <param name="caller">By whose wish.</param>
    /// <param name="cancel">Ends it before the transaction.</param>
    internal async Task<(Transition Result, RolloutState State)> ApplyAsync(
        ModelName model, Guid rollout, Func<RolloutState, RolloutPolicy, RolloutEvent> happened, Decision? decision, Caller caller, CancellationToken cancel)
    {
        (Transition, RolloutState) result = default;
        await store.ChangeAsync(model, caller, async record =>
        {
            if (record is null || await rollouts.FindAsync(model, rollout, cancel) is not { } there) throw RolloutStore.NotFound(model, rollout);
            var policy = await rollouts.PolicyAsync(there.State, cancel);
            var transition = await SettleAsync(record, there.State, policy, happened(there.State, policy), cancel);
            result = (transition, transition is Transition.Moved moved ? moved.State : there.State);
            return transition is Transition.Moved next ? await changes.PlanAsync(record, there, next, policy, decision, cancel) : null;
        }, cancel);
        if (decision is not null && result.Item1 is Transition.Moved) meters.Decided(decision);
        return result;
    }

    /// <summary>Keeps a decision that moves nothing, if it comes to something else than the one before.</summary>
    internal async Task KeepAsync(ModelName model, Guid rollout, RolloutPolicy policy, Decision decision, Caller caller, CancellationToken cancel)
    {
        var kept = false;
        await store.ChangeAsync(model, caller, async record =>
        {
            var plan = record is not null && await rollouts.FindAsync(model, rollout, cancel) is { } there && !there.State.Stage.IsEnd() && there.LastAnswer != RolloutStory.Answer(decision, there.State)
                ? RolloutChanges.Plan(record, there, policy, decision)
                : null;
            kept = plan is not null;
            return plan;
        }, cancel);
        if (kept) meters.Decided(decision);
    }

    // A champion that is no longer where the rollout left it, or cannot be brought back, changes what the event means.
    private async Task<Transition> SettleAsync(ModelRecord record, RolloutState state, RolloutPolicy policy, RolloutEvent happened, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        // Whoever saw it had read the model before the rollout: a promotion between the two looks like a change from outside.
        if (happened is RolloutEvent.ChampionChanged)
            return HasChanged(state, record) ? RolloutMachine.Apply(state, Changed(state, record.Champion), policy, now) : new Transition.Refused("The champion is the one that the rollout knows.");
        var transition = RolloutMachine.Apply(state, happened, policy, now);
        if (transition is not Transition.Moved moved || moved.Effects.OfType<RolloutEffect.FlipChampion>().FirstOrDefault() is not { } flip) return transition;
        if (record.Champion != flip.From) return RolloutMachine.Apply(state, Changed(state, record.Champion), policy, now);
        if (await IsServableAsync(record, flip.To, cancel)) return transition;
        return moved.State.Stage == RolloutStage.Champion
            ? RolloutMachine.Apply(state, new RolloutEvent.Aborted($"{happened.Id}|archived", state.Id, "the suite", $"Version {flip.To} is archived."), policy, now)
            : new Transition.Refused($"Version {flip.To}, where callers would go back to, is archived; restore it first.");
    }

    /// <summary>The champion is another one than the rollout knows.</summary>
    internal static RolloutEvent.ChampionChanged Changed(RolloutState state, int? to) => new(FormattableString.Invariant($"{state.Id:N}|champion|{to}|{state.Revision}"), state.Id, to);

    /// <summary>Whether the champion is another one than the rollout knows.</summary>
    internal static bool HasChanged(RolloutState state, ModelRecord model) => !state.Stage.IsEnd() && model.Champion != (state.Stage == RolloutStage.Champion ? state.Version : state.Champion);

    private async Task<bool> IsServableAsync(ModelRecord record, int version, CancellationToken cancel) =>
        !record.Archived && !(await versions.GetAsync(record.Name, version, cancel)).Archived;
}
