using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;

namespace Serverless.App.Monitoring;

/// <summary>Deletes one model's alerts that have been over for long.</summary>
public sealed class KeepAlertsFunction(AlertUpkeep upkeep)
{
    [Function("KeepAlerts")]
    public Task Run([QueueTrigger(StorageNames.AlertUpkeepQueue)] string model, CancellationToken cancel) => upkeep.RunAsync(ModelName.Parse(model), cancel);
}
