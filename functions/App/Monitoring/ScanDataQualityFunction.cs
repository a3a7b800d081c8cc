using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.App.Monitoring;

/// <summary>Asks for the windows of data quality whose time has come.</summary>
public sealed class ScanDataQualityFunction(ScanSchedule schedule)
{
    [Function("ScanDataQuality")]
    public Task Run([TimerTrigger("40 */5 * * * *")] TimerInfo timer, CancellationToken cancel) => schedule.RequestAsync([Signal.DataQuality], cancel);
}
