using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Predictions;

namespace Serverless.App.Predictions;

/// <summary>Asks every five minutes for the closed hours of every model's prediction log to be compacted.</summary>
public sealed class RequestUpkeepFunction(LogUpkeep upkeep)
{
    [Function("RequestUpkeep")]
    public Task Run([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancel) => upkeep.RequestAsync(whole: false, cancel);
}
