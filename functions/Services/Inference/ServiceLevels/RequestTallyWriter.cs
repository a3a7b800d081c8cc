using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Serverless.Services.Inference.ServiceLevels;

/// <summary>Stores the counts of requests each minute, and at the end.</summary>
/// <param name="tally">The counts.</param>
/// <param name="clock">Wakes it.</param>
/// <param name="logger">Says when storage does not take them.</param>
internal sealed class RequestTallyWriter(RequestTally tally, TimeProvider clock, ILogger<RequestTallyWriter> logger) : BackgroundService
{
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            // A little after the minute's end, so that it is whole.
            await Task.Delay(TimeSpan.FromMilliseconds(60_500 - now.ToUnixTimeMilliseconds() % 60_000), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TryFlushAsync(stoppingToken);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LastWrite);
        await TryFlushAsync(limit.Token);
    }

    private async Task TryFlushAsync(CancellationToken cancel)
    {
        try
        {
            await tally.FlushAsync(cancel);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            if (!cancel.IsCancellationRequested) logger.RequestsNotStored(failure);
            tally.Forget();
        }
    }
}
