using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Predictions;

namespace Serverless.App.Predictions;

/// <summary>Asks once a night for all days of every model's prediction log to be compacted, and for what is due by age to be deleted or moved.</summary>
public sealed class RequestDailyUpkeepFunction(LogUpkeep upkeep)
{
    [Function("RequestDailyUpkeep")]
    public Task Run([TimerTrigger("0 40 3 * * *")] TimerInfo timer, CancellationToken cancel) => upkeep.RequestAsync(whole: true, cancel);
}
