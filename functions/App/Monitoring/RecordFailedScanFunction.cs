using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Storage;

namespace Serverless.App.Monitoring;

/// <summary>Makes a scan that failed again and again a finding.</summary>
public sealed class RecordFailedScanFunction(ScanRunner scans)
{
    [Function("RecordFailedScan")]
    public Task Run([QueueTrigger(StorageNames.FailedScanQueue)] string request, CancellationToken cancel) => scans.FailAsync(request, cancel);
}
