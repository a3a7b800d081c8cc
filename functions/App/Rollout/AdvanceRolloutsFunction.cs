using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Rollout.Driving;

namespace Serverless.App.Rollout;

/// <summary>Wakes rollouts: what time causes, no event tells.</summary>
public sealed class AdvanceRolloutsFunction(RolloutRequests rollouts)
{
    [Function("AdvanceRollouts")]
    public Task Run([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancel) => rollouts.WakeAsync(cancel);
}
