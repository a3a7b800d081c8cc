using Microsoft.Azure.Functions.Worker;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.App.Monitoring;

/// <summary>Asks for the windows of features, predictions and labels whose time has come.</summary>
public sealed class ScanDriftFunction(ScanSchedule schedule)
{
    [Function("ScanDrift")]
    public Task Run([TimerTrigger("20 */5 * * * *")] TimerInfo timer, CancellationToken cancel) => schedule.RequestAsync([Signal.FeatureDrift, Signal.PredictionDrift, Signal.LabelDrift], cancel);
}
