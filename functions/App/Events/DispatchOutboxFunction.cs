using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Storage;

namespace Serverless.App.Events;

/// <summary>Publishes the events that a crash left in a model's outbox.</summary>
public sealed class DispatchOutboxFunction(OutboxDispatcher outbox)
{
    [Function("DispatchOutbox")]
    public Task Run([QueueTrigger(StorageNames.OutboxQueue)] string model, CancellationToken cancel) => outbox.DispatchAsync(ModelName.Parse(model), cancel);
}
