using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Predictions;

namespace Serverless.App.Predictions;

/// <summary>
/// Asks once a night for all days of every model's prediction log to be compacted, for what is due by age to be deleted or moved, and for alerts that have
/// long been over to be deleted.
/// </summary>
public sealed class RequestDailyUpkeepFunction(LogUpkeep upkeep, AlertUpkeep alerts)
{
    [Function("RequestDailyUpkeep")]
    public Task Run([TimerTrigger("0 40 3 * * *")] TimerInfo timer, CancellationToken cancel) => Task.WhenAll(upkeep.RequestAsync(whole: true, cancel), alerts.RequestAsync(cancel));
}
