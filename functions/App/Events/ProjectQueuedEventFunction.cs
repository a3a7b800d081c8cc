using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Events;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.App.Events;

/// <summary>Does what <see cref="ProjectRegistryEventFunction"/> does, where Event Grid reaches only a queue.</summary>
public sealed class ProjectQueuedEventFunction(Projections projections)
{
    [Function("ProjectQueuedEvent")]
    public Task Run([QueueTrigger(StorageNames.ProjectionEventQueue)] string message, CancellationToken cancel) => projections.HandleAsync(EventEnvelope.Parse(message), cancel);
}
