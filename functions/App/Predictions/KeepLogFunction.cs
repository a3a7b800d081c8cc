using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;

namespace Serverless.App.Predictions;

/// <summary>Compacts one model's prediction log, and applies its retention when asked for.</summary>
public sealed class KeepLogFunction(LogUpkeep upkeep)
{
    [Function("KeepLog")]
    public Task Run([QueueTrigger(StorageNames.UpkeepQueue)] string request, CancellationToken cancel) => upkeep.RunAsync(request, cancel);
}
