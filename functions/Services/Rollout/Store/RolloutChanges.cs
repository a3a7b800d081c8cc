using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Storage;

namespace Serverless.Services.Rollout.Store;

/// <summary>What a rollout's move changes: its row, the pointer, the split, and the story of it. All of it is one transaction.</summary>
/// <param name="table">The rows.</param>
/// <param name="rollouts">What is kept.</param>
/// <param name="aliases">Moves the champion.</param>
/// <param name="versions">What can be a candidate.</param>
/// <param name="clock">Dates changes.</param>
public sealed class RolloutChanges(ModelsTable table, RolloutStore rollouts, AliasService aliases, VersionReader versions, TimeProvider clock)
{
    /// <summary>The transaction of a move.</summary>
    internal Task<Plan> PlanAsync(ModelRecord model, RolloutDocument before, Transition.Moved moved, RolloutPolicy policy, Decision? decision, CancellationToken cancel) =>
        PlanAsync(model, before, moved, policy, decision, [], [], cancel);

    /// <summary>The transaction of a move that other changes go before.</summary>
    internal async Task<Plan> PlanAsync(
        ModelRecord model, RolloutDocument before, Transition.Moved moved, RolloutPolicy policy, Decision? decision, IReadOnlyList<TableTransactionAction> rows, IReadOnlyList<Change> changes, CancellationToken cancel)
    {
        var draft = new RolloutDraft(model);
        draft.Rows.AddRange(rows);
        draft.Changes.AddRange(changes);
        await MoveAsync(draft, before, moved, policy, decision, cancel);
        return draft.Plan();
    }

    /// <summary>The transaction of a new rollout.</summary>
    internal async Task<Plan> PlanAsync(ModelRecord model, RolloutState registered, RolloutPolicy policy, IReadOnlyList<TableTransactionAction> rows, IReadOnlyList<Change> changes, CancellationToken cancel)
    {
        var draft = new RolloutDraft(model);
        draft.Rows.AddRange(rows);
        draft.Changes.AddRange(changes);
        var moved = RolloutMachine.Start(registered, policy) switch
        {
            Transition.Moved started => started,
            Transition.Refused refused => throw new ProblemException(ProblemKind.Conflict, refused.Reason) { Where = "version" },
            _ => throw new InvalidOperationException("A rollout starts or is refused."),
        };
        await MoveAsync(draft, null, moved, policy, null, cancel);
        return draft.Plan();
    }

    /// <summary>The transaction of a decision that moves nothing, but comes to something else than the one before.</summary>
    internal static Plan Plan(ModelRecord model, RolloutDocument rollout, RolloutPolicy policy, Decision decision)
    {
        var draft = new RolloutDraft(model);
        draft.Rows.Add(new(TableTransactionActionType.Add, RolloutStore.Row(decision)));
        draft.Rows.Add(new(TableTransactionActionType.UpsertReplace, RolloutStore.Row(rollout with { LastDecision = decision.Id, LastAnswer = RolloutStory.Answer(decision, rollout.State) })));
        draft.Changes.Add(new(Actions.RolloutDecided, RolloutStory.Subject(rollout.State), null, RolloutStory.Of(rollout.State, policy, decision), decision.Words) { Correlation = RolloutStory.Correlation(rollout.State) });
        return draft.Plan();
    }

    private async Task MoveAsync(RolloutDraft draft, RolloutDocument? before, Transition.Moved moved, RolloutPolicy policy, Decision? decision, CancellationToken cancel)
    {
        var next = new RolloutDocument(moved.State, decision?.Id ?? before?.LastDecision, decision is null ? before?.LastAnswer : RolloutStory.Answer(decision, moved.State));
        draft.Keep(next);
        if (decision is not null) draft.Rows.Add(new(TableTransactionActionType.Add, RolloutStore.Row(decision)));
        foreach (var effect in moved.Effects) await DoAsync(draft, effect, before?.State, moved.State, policy, decision, cancel);
    }

    private async Task DoAsync(RolloutDraft draft, RolloutEffect effect, RolloutState? before, RolloutState state, RolloutPolicy policy, Decision? decision, CancellationToken cancel)
    {
        var model = draft.Next.Name;
        switch (effect)
        {
            case RolloutEffect.SetTraffic set:
                draft.Split(RolloutTraffic.Split(state, policy, set.Plan));
                break;
            case RolloutEffect.KeepWarm keep:
                draft.Warm(await WarmAsync(model, cancel), keep.Version, warm: true);
                break;
            case RolloutEffect.LetGo go:
                draft.Warm(await WarmAsync(model, cancel), go.Version, warm: false);
                break;
            case RolloutEffect.FlipChampion flip:
                var old = await aliases.FindAsync(model, AliasName.Champion, cancel);
                draft.Take(await aliases.PlanAsync(draft.Next, AliasName.Champion, old, new(flip.To, clock.GetUtcNow(), $"rollout {state.Id:D}", (old?.Revision ?? 0) + 1), cancel));
                break;
            case RolloutEffect.Quarantine bad:
                draft.Quarantine(bad, state, decision);
                break;
            case RolloutEffect.Ask ask:
                draft.Changes.Add(new(Actions.RolloutApprovalRequested, RolloutStory.Subject(state), null, RolloutStory.Asked(state, policy, ask)) { Correlation = RolloutStory.Correlation(state) });
                break;
            case RolloutEffect.Begin begin:
                await BeginAsync(draft, begin, cancel);
                break;
            case RolloutEffect.Publish told:
                draft.Changes.Add(new(RolloutStory.Action(before, state), RolloutStory.Subject(state), before is null ? null : RolloutStory.Of(before, policy, null), RolloutStory.Of(state, policy, decision), told.Words) { Correlation = RolloutStory.Correlation(state) });
                break;
            case RolloutEffect.Validate:
                // The state says it: whoever looks at it next does.
                break;
            default:
                throw new InvalidOperationException($"Nothing does {effect.GetType().Name}.");
        }
    }

    // Who waited is gone or champion meanwhile: then that is told, and the next one begins.
    private async Task BeginAsync(RolloutDraft draft, RolloutEffect.Begin begin, CancellationToken cancel)
    {
        var waiting = begin.Waiting.Prepend(begin.Version).ToImmutableArray();
        var policy = await rollouts.PolicyAsync(draft.Next.Name, draft.Next.PolicyVersion, cancel);
        while (waiting is [var version, ..])
        {
            waiting = waiting.RemoveAt(0);
            var (registered, flaw) = await CandidateAsync(draft, version, cancel);
            switch (RolloutMachine.Start(registered with { Waiting = waiting }, policy))
            {
                case Transition.Moved started when flaw is null:
                    await MoveAsync(draft, null, started, policy, null, cancel);
                    return;
                case var start:
                    Skip(draft, registered, policy, $"It waited, and does not begin: {flaw ?? ((Transition.Refused)start).Reason}");
                    break;
            }
        }
    }

    // A version that is archived or in quarantine has a flaw.
    private async Task<(RolloutState Registered, string? Flaw)> CandidateAsync(RolloutDraft draft, int version, CancellationToken cancel)
    {
        var (model, now) = (draft.Next, clock.GetUtcNow());
        var known = await versions.GetAsync(model.Name, version, cancel);
        var flaw = known.Archived ? $"Version {version} is archived."
            : !draft.Lifts(version) && await table.FindAsync(model.Name, StorageNames.Quarantine(version), cancel) is { } bad ? $"Version {version} is in quarantine: {bad.GetText("reason")}"
            : null;
        return (new(Guid.CreateVersion7(now), model.Name.Value, version, model.Champion, known.CreatedBy, model.PolicyVersion, now), flaw);
    }

    private static void Skip(RolloutDraft draft, RolloutState registered, RolloutPolicy policy, string why)
    {
        var over = registered with { Stage = RolloutStage.Rejected, Entered = registered.Entered.Add(RolloutStage.Rejected, registered.Created), Ended = why, Revision = registered.Revision + 1 };
        draft.Keep(new(over));
        foreach (var (before, after) in ((RolloutState?, RolloutState)[])[(null, registered), (registered, over)])
            draft.Changes.Add(new(RolloutStory.Action(before, after), RolloutStory.Subject(after), before is null ? null : RolloutStory.Of(before, policy, null), RolloutStory.Of(after, policy, null), before is null ? "It waited." : why) { Correlation = RolloutStory.Correlation(after) });
    }

    private async Task<IReadOnlyList<int>> WarmAsync(ModelName model, CancellationToken cancel) => TrafficRows.ReadWarm(await table.FindAsync(model, StorageNames.RolloutRow, cancel));
}

/// <summary>A transaction while it is put together.</summary>
internal sealed class RolloutDraft(ModelRecord model)
{
    private TableEntity? traffic;
    private SortedSet<int>? warm;

    public ModelRecord Next { get; private set; } = model;

    public List<TableTransactionAction> Rows { get; } = [];

    public List<Change> Changes { get; } = [];

    public void Keep(RolloutDocument rollout)
    {
        Rows.Add(new(TableTransactionActionType.UpsertReplace, RolloutStore.Row(rollout)));
        var others = (Next.Rollouts ?? []).Where(id => id != rollout.State.Id);
        Guid[] open = [.. rollout.State.IsSettled ? others : others.Append(rollout.State.Id).Order()];
        Next = Next with { Rollouts = open.Length == 0 ? null : open };
    }

    public void Take(Plan plan)
    {
        Next = plan.Next;
        Rows.AddRange(plan.Rows);
        Changes.AddRange(plan.Changes);
    }

    public void Split(TrafficSplit? split) => TrafficRows.Write(Traffic(), split);

    public void Warm(IReadOnlyList<int> now, int version, bool warm)
    {
        this.warm ??= [.. now];
        if (warm) this.warm.Add(version);
        else this.warm.Remove(version);
        TrafficRows.WriteWarm(Traffic(), this.warm);
    }

    public void Quarantine(RolloutEffect.Quarantine bad, RolloutState state, Decision? decision)
    {
        Rows.Add(new(TableTransactionActionType.UpsertReplace, new TableEntity(StorageNames.Partition(Next.Name), StorageNames.Quarantine(bad.Version)) { ["rollout"] = state.Id, ["decision"] = decision?.Id }.WithText("reason", bad.Reason)));
        Changes.Add(new(Actions.VersionQuarantined, RolloutStory.Subject(state), null, new JsonObject { ["rollout"] = state.Id.ToString("D"), ["decision"] = decision?.Id.ToString("D") }, bad.Reason) { Correlation = RolloutStory.Correlation(state) });
    }

    /// <summary>Whether this transaction itself takes a version out of quarantine.</summary>
    public bool Lifts(int version) => Rows.Exists(row => row.ActionType == TableTransactionActionType.Delete && row.Entity.RowKey == StorageNames.Quarantine(version));

    public Plan Plan() => new(Next, traffic is null ? Rows : [.. Rows, new(TableTransactionActionType.UpsertMerge, traffic)], Changes);

    private TableEntity Traffic() => traffic ??= new(StorageNames.Partition(Next.Name), StorageNames.RolloutRow);
}
