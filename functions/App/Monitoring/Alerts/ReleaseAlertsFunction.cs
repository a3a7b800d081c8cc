using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;

namespace Serverless.App.Monitoring;

/// <summary>Tells what silences that have ended kept back.</summary>
public sealed class ReleaseAlertsFunction(AlertReleaser releaser)
{
    [Function("ReleaseAlerts")]
    public Task Run([QueueTrigger(StorageNames.AlertReleaseQueue)] string message, CancellationToken cancel) => releaser.RunAsync(message, cancel);
}
