using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using Serverless.Core.Rollout;
using Serverless.Services.Rollout.Store;

namespace Serverless.Services.Rollout.Driving;

/// <summary>What a look at a rollout comes to.</summary>
/// <param name="Happened">What is to be told to the machine; null: nothing yet.</param>
/// <param name="Decision">What the gates decided; null where none were asked.</param>
/// <param name="Evidence">On what.</param>
internal readonly record struct RolloutVerdict(RolloutEvent? Happened, Decision? Decision, Evidence? Evidence);

/// <summary>Asks the gates of a rollout's stage, on the evidence as it is now.</summary>
/// <param name="sources">Where evidence comes from.</param>
/// <param name="heard">What monitoring has told.</param>
/// <param name="clock">Dates decisions.</param>
public sealed class RolloutJudge(EvidenceSources sources, HeardAlerts heard, TimeProvider clock)
{
    internal Task<RolloutVerdict> AskAsync(RolloutDocument rollout, RolloutPolicy policy, RolloutEvent? baked, CancellationToken cancel) => rollout.State switch
    {
        { Stage: RolloutStage.Validating, Paused: null } state => ValidateAsync(state, policy, cancel),
        { Stage: RolloutStage.Shadowing, Paused: null } state => CompareAsync(state, policy, cancel),
        { IsReleasing: true } state => ReleaseAsync(state, policy, baked, cancel),
        { Stage: RolloutStage.Champion, Watched: false } state => WatchAsync(state, policy, cancel),
        _ => Task.FromResult<RolloutVerdict>(default),
    };

    private async Task<RolloutVerdict> ValidateAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel)
    {
        var evidence = await sources.Offline(state, policy, cancel);
        var decision = Decide(state, DecisionStage.Validation, evidence, Gate.All(policy.Validation.InForce), null);
        return new(new RolloutEvent.ValidationFinished($"{state.Id:N}|validated", state.Id, decision.Outcome == DecisionOutcome.Proceed, decision.Words), decision, evidence);
    }

    private async Task<RolloutVerdict> CompareAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel)
    {
        var (tally, evidence) = await sources.Shadow(state, policy, cancel);
        var now = clock.GetUtcNow();
        var tried = Math.Max(tally.Rows, evidence.Figures.GetValueOrDefault("shadow.errors.rate")?.Count ?? 0);
        var comparison = ComparisonRecord.Of(tally, tried, policy.Shadow, state.Since, RolloutClock.Elapsed(state, now), now);
        var decision = Decide(state, DecisionStage.Shadow, evidence, Decision.ShadowGates(policy), comparison);
        return new(decision.Outcome == DecisionOutcome.Hold ? null
            : new RolloutEvent.ShadowVerdict($"{state.Id:N}|compared", state.Id, decision.Outcome == DecisionOutcome.Proceed, decision.Words), decision, evidence);
    }

    private async Task<RolloutVerdict> ReleaseAsync(RolloutState state, RolloutPolicy policy, RolloutEvent? baked, CancellationToken cancel)
    {
        var evidence = await EvidenceAsync(state, policy, cancel);
        var decision = Decide(state, DecisionStage.Release, evidence, Decision.ReleaseGates(policy), null);
        if (Tripped(state, decision) is { } tripped) return new(tripped, decision, evidence);
        if (baked is not null && decision.Outcome == DecisionOutcome.Proceed) return new(baked, decision, evidence);
        return state is { Stage: RolloutStage.Canary, Paused: null } && policy.Release.IsTrial ? await TryAsync(state, policy, cancel) : new(null, decision, evidence);
    }

    private async Task<RolloutVerdict> WatchAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel)
    {
        var evidence = await EvidenceAsync(state, policy, cancel);
        var decision = Decide(state, DecisionStage.Watch, evidence, Decision.WatchGates(policy), null);
        return new(Tripped(state, decision), decision, evidence);
    }

    private async Task<RolloutVerdict> TryAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel)
    {
        var (counts, elapsed) = (await sources.Trial(state, policy, cancel), RolloutClock.Elapsed(state, clock.GetUtcNow()));
        var evidence = counts.Evidence(policy.Release.Trial.Outcome);
        var decision = Decide(state, DecisionStage.Trial, evidence, [], ComparisonRecord.Of(counts, policy.Release, state.Since, elapsed));
        RolloutEvent? happened = decision.Outcome != DecisionOutcome.Hold ? new RolloutEvent.TrialVerdict($"{state.Id:N}|tried", state.Id, decision.Outcome == DecisionOutcome.Proceed, decision.Words)
            : policy.Release.Strategy == ReleaseStrategy.Bandit ? Drawn(state, policy.Release.Trial, counts)
            : null;
        return new(happened, decision, evidence);
    }

    // Rounds are counted from the start: hosts that look at once draw the same one. The split of a round is the same whoever draws it on the same counts.
    private RolloutEvent.Reallocated? Drawn(RolloutState state, TrialPolicy trial, TrialCounts counts)
    {
        var round = (int)Math.Min(RolloutClock.Elapsed(state with { Since = state.Entered[RolloutStage.Canary], Stood = state.StoodInRelease }, clock.GetUtcNow()) / trial.Every, int.MaxValue);
        if (round <= (state.Allocation?.Round ?? 0)) return null;
        Span<byte> seed = stackalloc byte[20];
        state.Id.TryWriteBytes(seed);
        BinaryPrimitives.WriteInt32LittleEndian(seed[16..], round);
        return new RolloutEvent.Reallocated(string.Create(CultureInfo.InvariantCulture, $"{state.Id:N}|drawn|{round}"), state.Id, round,
            ThompsonSampling.Share(counts.Champion, counts.Candidate, trial, (int)XxHash3.HashToUInt64(seed)));
    }

    private static RolloutEvent.GuardrailTripped? Tripped(RolloutState state, Decision decision) =>
        decision.Outcome == DecisionOutcome.Stop && decision.Results.First(result => result.Stops && result.Verdict == GateVerdict.Fail) is { } broken
            ? new($"{decision.Id:N}|tripped", state.Id, broken.Gate.Name, broken.Words)
            : null;

    private async Task<Evidence> EvidenceAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel) =>
        (await sources.Release(state, policy, cancel)).With(await heard.EvidenceAsync(state, cancel));

    private Decision Decide(RolloutState state, DecisionStage stage, Evidence evidence, IReadOnlyList<Gate> gates, ComparisonRecord? comparison)
    {
        var now = clock.GetUtcNow();
        return Decision.Make(Guid.CreateVersion7(now), new(state.Model, state.Version, state.Id, stage, state.Policy), evidence, gates, now, comparison);
    }
}
