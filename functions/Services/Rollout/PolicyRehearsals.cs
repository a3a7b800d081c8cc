using Microsoft.AspNetCore.Http;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Rollout.Store;

namespace Serverless.Services.Rollout;

/// <summary>What a policy would have decided on past rollouts: their figures are kept, so other gates can be held against them.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="rollouts">What is kept.</param>
public sealed class PolicyRehearsals(ModelStore store, RolloutStore rollouts)
{
    private const int Most = 1_000;

    /// <summary>Answers a request whose body is the policy, in JSON or YAML.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, ModelName model, CancellationToken cancel) =>
        TypedResults.Json(await RunAsync(model, (await PolicyAnswer.ReadAsync(request, cancel)).Policy.Rollout, cancel), RolloutJson.Default.PolicyRehearsal);

    /// <summary>Holds a policy against the newest thousand decisions. Nothing is changed.</summary>
    public async Task<PolicyRehearsal> RunAsync(ModelName model, RolloutPolicy policy, CancellationToken cancel)
    {
        await store.GetAsync(model, cancel);
        var rehearsed = new List<RehearsedDecision>();
        await foreach (var decision in rollouts.AllDecisionsAsync(model, cancel).Take(Most))
        {
            var would = Rehearse(decision, policy, await rollouts.EvidenceAsync(decision, cancel));
            rehearsed.Add(new(decision.Id, decision.Subject.Rollout, decision.Subject.Version, decision.Subject.Stage, decision.Outcome, would.Outcome, would.Words));
        }

        return new(rehearsed, rehearsed.Count(one => one.Was != one.Would));
    }

    private static Decision Rehearse(Decision decision, RolloutPolicy policy, Evidence evidence)
    {
        var (gates, comparison) = decision.Subject.Stage switch
        {
            DecisionStage.Validation => (Gate.All(policy.Validation.InForce), null),
            DecisionStage.Shadow => (Decision.ShadowGates(policy), decision.Comparison! with { Shadow = policy.Shadow }),
            DecisionStage.Trial => (Array.Empty<Gate>(), decision.Comparison! with { Release = decision.Comparison.Release! with { Trial = policy.Release.Trial } }),
            DecisionStage.Release => (Decision.ReleaseGates(policy), null),
            DecisionStage.Watch => (Decision.WatchGates(policy), (ComparisonRecord?)null),
        };
        return Decision.Make(decision.Id, decision.Subject, evidence, gates, decision.Time, comparison?.Judge(decision.Time));
    }
}
