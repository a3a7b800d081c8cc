using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Events;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Storage;

namespace Serverless.App.Rollout;

/// <summary>Does what <see cref="HearRolloutEventFunction"/> does, where Event Grid reaches only a queue.</summary>
public sealed class HearQueuedEventFunction(RolloutRequests rollouts)
{
    [Function("HearQueuedEvent")]
    public Task Run([QueueTrigger(StorageNames.RolloutEventQueue)] string message, CancellationToken cancel) => rollouts.HandleAsync(EventEnvelope.Parse(message), cancel);
}
