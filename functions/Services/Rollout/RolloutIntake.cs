using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;

namespace Serverless.Services.Rollout;

/// <summary>What callers ask of rollouts, over HTTP.</summary>
/// <param name="commands">Does it.</param>
/// <param name="answers">Answers with the rollout as it is then.</param>
public sealed class RolloutIntake(RolloutCommands commands, RolloutAnswers answers)
{
    private static readonly string[] Actions = ["approve", "reject", "pause", "resume", "skip", "abort"];

    /// <summary>Starts a rollout: 202 with its address.</summary>
    public async Task<IResult> StartAsync(HttpRequest request, ModelName model, CancellationToken cancel)
    {
        var wanted = await request.ReadAsync(RolloutJson.Default.RolloutRequest, cancel);
        await commands.StartAsync(model, wanted, null, request.Caller(), cancel);
        request.HttpContext.Response.Headers.Location = $"/models/{Uri.EscapeDataString(model.Value)}/rollout";
        return await answers.CurrentAsync(model, StatusCodes.Status202Accepted, cancel);
    }

    /// <summary>A person acts on the rollout under way.</summary>
    public async Task<IResult> ActAsync(HttpRequest request, ModelName model, string action, CancellationToken cancel)
    {
        if (!Actions.Contains(action) || !Enum.TryParse<RolloutAction>(action, ignoreCase: true, out var wanted))
            throw new ProblemException(ProblemKind.NotFound, $"Nothing named {action} can be done with a rollout.") { Where = "action", Expected = Actions };
        return await ActAsync(request, model, wanted, wanted is RolloutAction.Approve or RolloutAction.Resume, cancel);
    }

    /// <summary>A person sends callers back.</summary>
    public Task<IResult> RollBackAsync(HttpRequest request, ModelName model, CancellationToken cancel) => ActAsync(request, model, RolloutAction.Rollback, optional: false, cancel);

    // Who stops or hurries something says why; who lets it go on may.
    private async Task<IResult> ActAsync(HttpRequest request, ModelName model, RolloutAction action, bool optional, CancellationToken cancel)
    {
        var body = await request.ReadOptionalAsync(RolloutJson.Default.ReasonRequest, cancel);
        var reason = Labels.Reason(body?.Reason, "reason") ?? (optional ? "" : throw new ProblemException(ProblemKind.InvalidRequest, "A reason is needed: it is kept with what is done.") { Where = "reason" });
        var state = await commands.ActAsync(model, action, reason, request.Caller(), cancel);
        return await answers.OneAsync(model, state.Id, cancel);
    }
}
