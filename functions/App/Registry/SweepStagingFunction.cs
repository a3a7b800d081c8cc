using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Removes uploads that nobody registered within a day.</summary>
public sealed class SweepStagingFunction(StagingSweep sweep)
{
    [Function("SweepStaging")]
    public Task Run([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancel) => sweep.RunAsync(cancel);
}
