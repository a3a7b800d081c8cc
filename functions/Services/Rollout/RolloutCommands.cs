using Azure.Data.Tables;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Rollout.Store;
using Serverless.Services.Storage;

namespace Serverless.Services.Rollout;

/// <summary>What people and other systems ask of rollouts. What the state does not allow is refused with the reason.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="table">The rows.</param>
/// <param name="versions">What can be a candidate.</param>
/// <param name="rollouts">What is kept.</param>
/// <param name="changes">What a move changes.</param>
/// <param name="mover">Moves them.</param>
/// <param name="clock">Dates them.</param>
public sealed class RolloutCommands(ModelStore store, ModelsTable table, VersionReader versions, RolloutStore rollouts, RolloutChanges changes, RolloutMover mover, TimeProvider clock)
{
    /// <summary>Starts a version's rollout, or has it wait behind the one under way, as the policy says.</summary>
    /// <param name="model">Whose version.</param>
    /// <param name="request">Which, and in which manner.</param>
    /// <param name="handled">The event that asks for it, which does so once; null for a person.</param>
    /// <param name="caller">By whose wish.</param>
    /// <param name="cancel">Ends it before the transaction.</param>
    /// <returns>Whether it has been asked for now; false when the event has been handled before, or what a person asks for is under way, or waits, as it was asked for.</returns>
    /// <exception cref="ProblemException"><see cref="ProblemKind.VersionNotFound"/>, <see cref="ProblemKind.InvalidPolicy"/>, or <see cref="ProblemKind.Conflict"/> with the reason.</exception>
    internal async Task<bool> StartAsync(ModelName model, RolloutRequest request, string? handled, Caller caller, CancellationToken cancel)
    {
        var asked = false;
        await store.ChangeAsync(model, caller, async record =>
        {
            if (record is null) throw ModelStore.NotFound(model);
            asked = handled is null ? !await IsUnderWayAsync(record, request, caller, cancel) : await table.FindAsync(model, StorageNames.Handled(handled), cancel) is null;
            if (!asked) return null;
            var (rows, told) = await AdmitAsync(record, request, handled, cancel);
            var now = clock.GetUtcNow();
            var version = await versions.GetAsync(model, request.Version, cancel);
            var registered = new RolloutState(Guid.CreateVersion7(now), model.Value, version.Number, record.Champion, version.CreatedBy, record.PolicyVersion, now) { Strategy = request.Strategy, Applied = handled is null ? [Asking(caller)] : [] };
            var policy = await rollouts.PolicyAsync(registered, cancel);
            // What could not begin takes nobody's place.
            if (RolloutMachine.Start(registered, policy) is Transition.Refused refused) throw new ProblemException(ProblemKind.Conflict, refused.Reason) { Where = "version" };
            return (await rollouts.OpenAsync(record, cancel)).FirstOrDefault(open => !open.State.IsOver) is { } there
                ? await SupersedeAsync(record, there, request, rows, told, caller, cancel)
                : await changes.PlanAsync(record, registered, Check(policy), rows, told, cancel);
        }, cancel);
        return asked;
    }

    /// <summary>A person acts on the rollout under way.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/>, or <see cref="ProblemKind.Conflict"/> with the reason.</exception>
    internal async Task<RolloutState> ActAsync(ModelName model, RolloutAction action, string reason, Caller caller, CancellationToken cancel)
    {
        var record = await store.GetAsync(model, cancel);
        var open = await rollouts.OpenAsync(record, cancel);
        var there = action == RolloutAction.Rollback
            ? open.LastOrDefault(rollout => rollout.State.IsReleasing) ?? open.LastOrDefault(rollout => rollout.State.Stage == RolloutStage.Champion)
            : open.FirstOrDefault(rollout => !rollout.State.IsOver);
        if (there is null) throw new ProblemException(ProblemKind.Conflict, action == RolloutAction.Rollback ? $"No rollout of {model} has moved callers that could be sent back. An alias can be moved by hand." : $"No rollout of {model} is under way.");
        return await TellAsync(model, there.State.Id, (state, _) => Event(action, state, reason, caller), caller, cancel);
    }

    /// <summary>Another system agrees with its gate, or does not.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/>, or <see cref="ProblemKind.Conflict"/> with the reason.</exception>
    internal Task<RolloutState> TellAsync(ModelName model, Guid rollout, string gate, ExternalVerdict verdict, string id, Caller caller, CancellationToken cancel) => TellAsync(model, rollout, (state, _) => verdict.Approved
        ? new RolloutEvent.ExternallyApproved($"verdict|{gate}|{id}", state.Id, gate, caller.Actor)
        : new RolloutEvent.Vetoed($"verdict|{gate}|{id}", state.Id, gate, caller.Actor, verdict.Reason), caller, cancel);

    private async Task<RolloutState> TellAsync(ModelName model, Guid rollout, Func<RolloutState, RolloutPolicy, RolloutEvent> happened, Caller caller, CancellationToken cancel)
    {
        var (result, state) = await mover.ApplyAsync(model, rollout, happened, null, caller, cancel);
        return result is Transition.Refused refused ? throw new ProblemException(ProblemKind.Conflict, refused.Reason) { Where = "rollout" } : state;
    }

    // The request's id makes it happen once: a caller that repeats it with its own correlation id does not act twice.
    private static RolloutEvent Event(RolloutAction action, RolloutState state, string reason, Caller caller)
    {
        var (id, by) = ($"{action}|{caller.CausationId}", caller.Actor);
        return action switch
        {
            RolloutAction.Approve => new RolloutEvent.Approved(id, state.Id, state.Awaiting ?? Checkpoint.Promotion, by),
            RolloutAction.Reject => new RolloutEvent.Vetoed(id, state.Id, null, by, reason),
            RolloutAction.Pause => new RolloutEvent.PausedByHand(id, state.Id, by, reason),
            RolloutAction.Resume => new RolloutEvent.Resumed(id, state.Id, by),
            RolloutAction.Skip => new RolloutEvent.Skipped(id, state.Id, state.Stage, state.Step, by, reason),
            RolloutAction.Abort => new RolloutEvent.Aborted(id, state.Id, by, reason),
            RolloutAction.Rollback => new RolloutEvent.RolledBackByHand(id, state.Id, by, reason),
        };
    }

    // Whose answer was lost asks again, and is told what became of it: also when it is over, if the request has the id of the first.
    private async Task<bool> IsUnderWayAsync(ModelRecord record, RolloutRequest request, Caller caller, CancellationToken cancel)
    {
        if ((await rollouts.OpenAsync(record, cancel)).FirstOrDefault(open => !open.State.IsOver)?.State is { } there)
            return there.Version == request.Version ? there.Strategy == request.Strategy : request.Strategy is null && there.Waiting.Contains(request.Version);
        return (await rollouts.ListAsync(record.Name, new(1, null), cancel)).Rollouts is [{ State: var newest }] && newest.Version == request.Version && newest.Applied.Contains(Asking(caller));
    }

    private static string Asking(Caller caller) => $"asked|{caller.CausationId}";

    private async Task<(List<TableTransactionAction> Rows, List<Change> Told)> AdmitAsync(ModelRecord record, RolloutRequest request, string? handled, CancellationToken cancel)
    {
        if (record.Archived) throw new ProblemException(ProblemKind.Conflict, $"{record.Name} is archived. Restore it first.");
        var version = await versions.GetAsync(record.Name, request.Version, cancel);
        if (version.Archived) throw new ProblemException(ProblemKind.Conflict, $"Version {version.Number} of {record.Name} is archived. Restore it first.");
        var partition = StorageNames.Partition(record.Name);
        var (rows, told) = (new List<TableTransactionAction>(), new List<Change>());
        if (handled is not null) rows.Add(new(TableTransactionActionType.Add, new TableEntity(partition, StorageNames.Handled(handled))));
        if (await table.FindAsync(record.Name, StorageNames.Quarantine(version.Number), cancel) is not { } bad) return (rows, told);
        var lifted = Labels.Reason(request.LiftQuarantine, "liftQuarantine")
            ?? throw new ProblemException(ProblemKind.Conflict, $"Version {version.Number} is in quarantine: {bad.GetText("reason")} Say in liftQuarantine why it may be tried again.") { Where = "liftQuarantine" };
        rows.Add(new(TableTransactionActionType.Delete, new TableEntity(partition, bad.RowKey), bad.ETag));
        told.Add(new(Actions.QuarantineLifted, FormattableString.Invariant($"versions/{version.Number}"), null, null, lifted));
        return (rows, told);
    }

    private async Task<Plan> SupersedeAsync(
        ModelRecord record, RolloutDocument there, RolloutRequest request, List<TableTransactionAction> rows, List<Change> told, Caller caller, CancellationToken cancel)
    {
        if (request.Strategy is not null) throw new ProblemException(ProblemKind.Conflict, $"Version {there.State.Version} is under way: a candidate that takes its place or waits goes by the policy's strategy.") { Where = "strategy" };
        var policy = await rollouts.PolicyAsync(there.State, cancel);
        switch (RolloutMachine.Apply(there.State, new RolloutEvent.Superseded($"newer|{request.Version}|{caller.CausationId}", there.State.Id, request.Version), policy, clock.GetUtcNow()))
        {
            case Transition.Moved moved:
                return await changes.PlanAsync(record, there, moved, policy, null, rows, told, cancel);
            case Transition.Refused refused:
                throw new ProblemException(ProblemKind.Conflict, refused.Reason) { Where = "version" };
            default:
                throw new ProblemException(ProblemKind.Conflict, $"Version {request.Version} has been asked for already.") { Where = "version" };
        }
    }

    private static RolloutPolicy Check(RolloutPolicy policy) => RolloutRules.Breaches(policy) is { Count: > 0 } breaches
        ? throw new ProblemException(ProblemKind.InvalidPolicy, string.Join("; ", breaches)) { Where = "strategy" }
        : policy;
}

/// <summary>What a person can do with a rollout.</summary>
public enum RolloutAction
{
    /// <summary>To agree.</summary>
    Approve,
    /// <summary>Not to agree.</summary>
    Reject,
    /// <summary>To have it stand still.</summary>
    Pause,
    /// <summary>To let it go on.</summary>
    Resume,
    /// <summary>To skip the rest of a stage or step.</summary>
    Skip,
    /// <summary>To end it before callers are moved, or while they are.</summary>
    Abort,
    /// <summary>To send callers back.</summary>
    Rollback,
}
