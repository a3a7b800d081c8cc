using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Http;
using Serverless.Services.Registry.Webhooks;
using Serverless.Services.Rollout.Store;

namespace Serverless.Services.Rollout;

/// <summary>
/// Takes what other systems say at their gates: signed as Standard Webhooks has it, with the secret of the webhook by which they were asked.
/// A verdict that comes again changes nothing, one that comes after its time is refused.
/// </summary>
/// <param name="rollouts">What is kept.</param>
/// <param name="commands">Tells the rollout.</param>
/// <param name="answers">Answers with the rollout as it is then.</param>
/// <param name="webhooks">Whose secrets both sides know.</param>
/// <param name="clock">Tells whether a signature is fresh.</param>
public sealed class ExternalVerdicts(RolloutStore rollouts, RolloutCommands commands, RolloutAnswers answers, WebhookService webhooks, TimeProvider clock)
{
    private const int Largest = 64 << 10;

    /// <summary>Takes a verdict.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/>, <see cref="ProblemKind.SignatureInvalid"/>, <see cref="ProblemKind.SignatureExpired"/>, <see cref="ProblemKind.InvalidRequest"/>, or <see cref="ProblemKind.Conflict"/> with the reason.</exception>
    public async Task<IResult> TakeAsync(HttpRequest request, ModelName model, string id, string gate, CancellationToken cancel)
    {
        if (!Guid.TryParse(id, out var rollout) || rollout.Version != 7 || await rollouts.FindAsync(model, rollout, cancel) is not { } there)
            throw new ProblemException(ProblemKind.NotFound, $"{model} has no rollout {id}.") { Where = "id" };
        var external = (await rollouts.PolicyAsync(there.State, cancel)).External;
        if (!external.TryGetValue(gate, out var rule)) throw new ProblemException(ProblemKind.NotFound, $"The policy of this rollout has no external gate {gate}.") { Where = "gate", Expected = [.. external.Keys.Order(StringComparer.Ordinal)] };
        var body = await request.ReadBytesAsync(Largest, cancel);
        var message = await CheckAsync(request, rule.Webhook ?? gate, body, cancel);
        var verdict = Bodies.Parse(body, RolloutJson.Default.ExternalVerdict);
        // The signature is over the body: so a verdict on one rollout is none on another.
        if (verdict.Rollout != rollout || verdict.Gate != gate) throw new ProblemException(ProblemKind.InvalidRequest, $"The verdict is on gate {verdict.Gate} of rollout {verdict.Rollout}, the address names gate {gate} of {rollout}.") { Where = verdict.Gate == gate ? "rollout" : "gate" };
        var reason = Labels.Reason(verdict.Reason, "reason") ?? throw new ProblemException(ProblemKind.InvalidRequest, "A reason is needed: it is kept with the verdict.") { Where = "reason" };
        var state = await commands.TellAsync(model, rollout, gate, verdict with { Reason = reason }, message, request.Caller(), cancel);
        return await answers.OneAsync(model, state.Id, cancel);
    }

    private async Task<string> CheckAsync(HttpRequest request, string webhook, byte[] body, CancellationToken cancel)
    {
        if ((await webhooks.FindAsync(webhook, cancel))?.Secret is not { } known) throw new ProblemException(ProblemKind.Conflict, $"The webhook {webhook}, whose secret signs this gate's verdicts, does not exist or has no secret.") { Where = "gate" };
        string? Header(string name) => request.Headers[name] is [var value] ? value : null;
        var id = Header("webhook-id");
        return WebhookSignature.Verify(known, id, Header("webhook-timestamp"), Header("webhook-signature"), body, clock.GetUtcNow()) is { } flaw ? throw flaw.Problem() : id!;
    }
}
