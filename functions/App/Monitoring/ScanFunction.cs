using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Storage;

namespace Serverless.App.Monitoring;

/// <summary>Scans one window of one monitor.</summary>
public sealed class ScanFunction(ScanRunner scans)
{
    [Function("Scan")]
    public Task Run([QueueTrigger(StorageNames.ScanQueue)] string request, CancellationToken cancel) => scans.RunAsync(request, cancel);
}
