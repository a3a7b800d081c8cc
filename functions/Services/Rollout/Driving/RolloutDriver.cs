using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Rollout.Store;

namespace Serverless.Services.Rollout.Driving;

/// <summary>
/// Gets a model's rollouts on as far as they can go now. It looks at the state alone: what was told twice, late, out of order or not at all
/// comes to the same, and a crash anywhere is mended by the next look.
/// </summary>
/// <param name="store">The model partitions.</param>
/// <param name="rollouts">What is kept.</param>
/// <param name="mover">Moves them.</param>
/// <param name="judge">Asks the gates.</param>
/// <param name="clock">Tells what is due.</param>
/// <param name="logger">Says what moved.</param>
public sealed class RolloutDriver(ModelStore store, RolloutStore rollouts, RolloutMover mover, RolloutJudge judge, TimeProvider clock, ILogger<RolloutDriver> logger)
{
    // More than any rollout can move by itself in one go; what is left goes on with the next look.
    private const int MostMoves = 64;

    /// <summary>Looks at a model.</summary>
    public async Task AdvanceAsync(ModelName model, Caller caller, CancellationToken cancel)
    {
        for (var moves = 0; moves < MostMoves; moves++)
            if (!await MoveOneAsync(model, caller, cancel)) return;
    }

    private async Task<bool> MoveOneAsync(ModelName model, Caller caller, CancellationToken cancel)
    {
        if (await store.FindAsync(model, cancel) is not { } record) return false;
        foreach (var rollout in await rollouts.OpenAsync(record, cancel))
            if (await MoveAsync(record, rollout, caller, cancel)) return true;
        return false;
    }

    private async Task<bool> MoveAsync(ModelRecord record, RolloutDocument rollout, Caller caller, CancellationToken cancel)
    {
        var (state, policy) = (rollout.State, await rollouts.PolicyAsync(rollout.State, cancel));
        if (RolloutMover.HasChanged(state, record)) return await ApplyAsync(record.Name, new(RolloutMover.Changed(state, record.Champion), null, null), caller, cancel);
        RolloutEvent? baked = null;
        foreach (var due in RolloutClock.Due(state, policy, clock.GetUtcNow()))
        {
            if (due is RolloutEvent.BakeElapsed) baked = due;
            else if (await ApplyAsync(record.Name, new(due, null, null), caller, cancel)) return true;
        }

        var verdict = await JudgeAsync(rollout, policy, baked, cancel);
        if (verdict.Happened is not null) return await ApplyAsync(record.Name, verdict, caller, cancel);
        if (verdict.Decision is not { } decision || rollout.LastAnswer == RolloutStory.Answer(decision, state)) return false;
        await rollouts.KeepAsync(verdict.Evidence!, cancel);
        await mover.KeepAsync(record.Name, state.Id, policy, decision, caller, cancel);
        return false;
    }

    private async Task<RolloutVerdict> JudgeAsync(RolloutDocument rollout, RolloutPolicy policy, RolloutEvent? baked, CancellationToken cancel)
    {
        using var span = RolloutTracing.Judge(rollout.State);
        var verdict = await judge.AskAsync(rollout, policy, baked, cancel);
        span.Decided(verdict.Decision);
        return verdict;
    }

    private async Task<bool> ApplyAsync(ModelName model, RolloutVerdict verdict, Caller caller, CancellationToken cancel)
    {
        var happened = verdict.Happened!;
        using var span = RolloutTracing.Move(happened.Rollout, happened);
        // Before the decision that names it.
        if (verdict.Evidence is { } evidence) await rollouts.KeepAsync(evidence, cancel);
        var (result, state) = await mover.ApplyAsync(model, happened.Rollout, (_, _) => happened, verdict.Decision, caller, cancel);
        span.Describe(state);
        if (result is Transition.Moved moved) logger.Moved(model, state.Version, state.Stage, state.Step, moved.Words);
        return result is Transition.Moved;
    }
}
