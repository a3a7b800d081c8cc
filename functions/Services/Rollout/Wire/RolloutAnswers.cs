using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Rollout.Store;

namespace Serverless.Services.Rollout;

/// <summary>Answers with rollouts and decisions.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="rollouts">What is kept.</param>
/// <param name="clock">Tells what is due next.</param>
public sealed class RolloutAnswers(ModelStore store, RolloutStore rollouts, TimeProvider clock)
{
    /// <summary>The rollout under way, else the newest one.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> CurrentAsync(ModelName model, int status, CancellationToken cancel)
    {
        var record = await store.GetAsync(model, cancel);
        var rollout = (await rollouts.OpenAsync(record, cancel)).FirstOrDefault(open => !open.State.IsOver)
            ?? ((await rollouts.ListAsync(model, new(1, null), cancel)).Rollouts is [var newest] ? newest : null)
            ?? throw new ProblemException(ProblemKind.NotFound, $"{model} has had no rollout.");
        return TypedResults.Json(await OfAsync(rollout, cancel), RolloutJson.Default.RolloutResponse, statusCode: status);
    }

    /// <summary>One rollout.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> OneAsync(ModelName model, Guid id, CancellationToken cancel) => TypedResults.Json(
        await OfAsync(await rollouts.FindAsync(model, id, cancel) ?? throw RolloutStore.NotFound(model, id), cancel), RolloutJson.Default.RolloutResponse);

    /// <summary>All of a model's rollouts, newest first.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/></exception>
    public async Task<IResult> ListAsync(ModelName model, Paging paging, CancellationToken cancel)
    {
        await store.GetAsync(model, cancel);
        var (page, next) = await rollouts.ListAsync(model, paging, cancel);
        var answers = new List<RolloutResponse>();
        foreach (var rollout in page) answers.Add(await OfAsync(rollout, cancel));
        return TypedResults.Json(new(answers, next), RolloutJson.Default.PageRolloutResponse);
    }

    /// <summary>All of a model's decisions, newest first, without their figures.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/></exception>
    public async Task<IResult> DecisionsAsync(ModelName model, Paging paging, CancellationToken cancel)
    {
        await store.GetAsync(model, cancel);
        var (page, next) = await rollouts.DecisionsAsync(model, paging, cancel);
        return TypedResults.Json(new([.. page.Select(Of)], next), RolloutJson.Default.PageDecisionResponse);
    }

    /// <summary>One decision whole, decided again from its figures; in words alone where the request accepts plain text.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> DecisionAsync(HttpRequest request, ModelName model, string id, CancellationToken cancel)
    {
        if (!Guid.TryParse(id, out var parsed) || parsed.Version != 7 || await rollouts.FindDecisionAsync(model, parsed, cancel) is not { } decision)
            throw new ProblemException(ProblemKind.NotFound, $"{model} has no decision {id}.") { Where = "id" };
        if (request.Headers.Accept.ToString().StartsWith("text/plain", StringComparison.OrdinalIgnoreCase)) return TypedResults.Text(decision.Words + "\n");
        var evidence = await rollouts.EvidenceAsync(decision, cancel);
        return TypedResults.Json(Of(decision) with
        {
            Gates = decision.Results,
            Comparison = decision.Comparison,
            Figures = JsonNode.Parse(evidence.Json.Span),
            Recomputed = decision.Agrees(decision.Recompute(evidence)),
        }, RolloutJson.Default.DecisionResponse);
    }

    private async Task<RolloutResponse> OfAsync(RolloutDocument rollout, CancellationToken cancel)
    {
        var (state, policy) = (rollout.State, await rollouts.PolicyAsync(rollout.State, cancel));
        var (plan, needs) = (TrafficPlan.Of(state, policy), RolloutNeeds.Of(state, policy));
        var waits = state.Stage == RolloutStage.AwaitingApproval;
        return new(state.Id, state.Model, state.Version, state.Champion, state.Stage, state.Since, state.Policy, policy.Release.Strategy)
        {
            Created = state.Created,
            Step = state.IsReleasing ? new(state.Step + 1, policy.Release.Plan.Count, plan.Share) : null,
            Shadows = plan.Shadows.IsEmpty ? null : plan.Shadows,
            Needs = waits ? needs : null,
            Before = waits ? state.Awaiting : null,
            Approvals = state.Approvals.IsDefaultOrEmpty ? null : state.Approvals,
            External = state.External.IsEmpty ? null : state.External,
            Paused = state.Paused,
            Waiting = state.Waiting.IsDefaultOrEmpty ? null : state.Waiting,
            Watched = state.Stage == RolloutStage.Champion ? !state.Watched : null,
            Ended = state.Ended,
            Next = state.IsSettled ? null : RolloutClock.NextWake(state, policy, clock.GetUtcNow()),
            Decision = rollout.LastDecision,
            Entered = state.Entered,
        };
    }

    private static DecisionResponse Of(Decision decision) => new(
        decision.Id, decision.Subject.Rollout, decision.Subject.Version, decision.Subject.Stage, decision.Outcome, decision.Words, decision.Subject.Policy, decision.Time, decision.Evidence);
}
