using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;

namespace Serverless.App.Predictions;

/// <summary>Erases one entity's predictions, and what is said of them.</summary>
public sealed class EraseFunction(ErasureService erasures)
{
    [Function("Erase")]
    public Task Run([QueueTrigger(StorageNames.ErasureQueue)] string request, CancellationToken cancel) => erasures.RunAsync(request, cancel);
}
