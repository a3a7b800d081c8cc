using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.App.Monitoring;

/// <summary>Asks for the windows of operations whose time has come.</summary>
public sealed class ScanOperationsFunction(ScanSchedule schedule)
{
    [Function("ScanOperations")]
    public Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancel) => schedule.RequestAsync([Signal.Operations], cancel);
}
