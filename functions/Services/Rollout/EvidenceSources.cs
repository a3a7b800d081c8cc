using Serverless.Core.Rollout;

namespace Serverless.Services.Rollout;

/// <summary>Where a rollout's evidence comes from.</summary>
/// <param name="Offline">What is asked before the candidate sees traffic.</param>
/// <param name="Shadow">How the candidate compares with the champion on the requests that both answered since <c>state.Entered[Shadowing]</c>.</param>
/// <param name="Release">How the candidate does with callers: since <c>state.Since</c> while it is released, since the promotion while it is watched.</param>
/// <param name="Trial">How often each side had the outcome since <c>state.Entered[Canary]</c>.</param>
public sealed record EvidenceSources(
    Func<RolloutState, RolloutPolicy, CancellationToken, Task<Evidence>> Offline,
    Func<RolloutState, RolloutPolicy, CancellationToken, Task<ShadowComparison>> Shadow,
    Func<RolloutState, RolloutPolicy, CancellationToken, Task<Evidence>> Release,
    Func<RolloutState, RolloutPolicy, CancellationToken, Task<TrialCounts>> Trial);

/// <summary>What a shadow's comparison came to.</summary>
/// <param name="Tally">For the verdict.</param>
/// <param name="Evidence">All figures (the tally's, latency, errors, drift), for gates.</param>
public sealed record ShadowComparison(ShadowTally Tally, Evidence Evidence);
