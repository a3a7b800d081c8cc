using Microsoft.Extensions.Logging;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Versions;

/// <summary>Removes uploads that nobody registered.</summary>
/// <param name="artifacts">The uploads.</param>
/// <param name="clock">Tells their age.</param>
/// <param name="logger">Says how many there were.</param>
public sealed class StagingSweep(ArtifactBlobs artifacts, TimeProvider clock, ILogger<StagingSweep> logger)
{
    /// <summary>How long an upload waits for its registration.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>Removes what is older.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var count = await artifacts.SweepStagedAsync(clock.GetUtcNow() - Patience, cancel);
        if (count > 0) logger.UploadsSwept(count);
    }
}
