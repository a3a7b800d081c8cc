using Azure.Messaging;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Registry;

namespace Serverless.App.Events;

/// <summary>Brings the catalog and the audit trail across models up to an event of the registry.</summary>
public sealed class ProjectRegistryEventFunction(Projections projections)
{
    [Function("ProjectRegistryEvent")]
    public Task Run([EventGridTrigger] CloudEvent cloudEvent, CancellationToken cancel) => projections.HandleAsync(cloudEvent, cancel);
}
