using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Storage;

namespace Serverless.App.Rollout;

/// <summary>Gets a model's rollouts on as far as they can go.</summary>
public sealed class AdvanceRolloutFunction(RolloutRequests rollouts)
{
    [Function("AdvanceRollout")]
    public Task Run([QueueTrigger(StorageNames.RolloutQueue)] string request, CancellationToken cancel) => rollouts.RunAsync(request, cancel);
}
