using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;

namespace Serverless.App.Monitoring;

/// <summary>Tells what a crash left untold of a model's alerts.</summary>
public sealed class DispatchAlertsFunction(AlertDispatcher dispatcher)
{
    [Function("DispatchAlerts")]
    public Task Run([QueueTrigger(StorageNames.AlertQueue)] string model, CancellationToken cancel) => dispatcher.DispatchAsync(ModelName.Parse(model), cancel);
}
