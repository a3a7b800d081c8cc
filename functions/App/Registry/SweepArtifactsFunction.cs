using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Registry.Versions;

namespace Serverless.App.Registry;

/// <summary>Removes, once a night, artifacts that nothing names.</summary>
public sealed class SweepArtifactsFunction(ArtifactSweep sweep)
{
    [Function("SweepArtifacts")]
    public Task Run([TimerTrigger("0 20 4 * * *")] TimerInfo timer, CancellationToken cancel) => sweep.RunAsync(cancel);
}
