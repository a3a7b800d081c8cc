using Azure.Messaging;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Rollout.Driving;

namespace Serverless.App.Rollout;

/// <summary>Has a model's rollouts looked at when something happens to them, to its champion or to its alerts.</summary>
public sealed class HearRolloutEventFunction(RolloutRequests rollouts)
{
    [Function("HearRolloutEvent")]
    public Task Run([EventGridTrigger] CloudEvent cloudEvent, CancellationToken cancel) => rollouts.HandleAsync(cloudEvent, cancel);
}
