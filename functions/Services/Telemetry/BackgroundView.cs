using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Telemetry;

/// <summary>
/// What metrics show of storage. Whoever asks gets what was read last, at once; when that is older than <see cref="TelemetryOptions.Refresh"/>, it is read anew in the
/// background, for whoever asks next. An instance that nobody scrapes reads nothing.
/// </summary>
/// <typeparam name="T">What is read.</typeparam>
public sealed class BackgroundView<T>
    where T : class
{
    private readonly Func<CancellationToken, Task<T>> read;
    private readonly TimeSpan freshFor;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private T? current;
    private long readAt;
    private int reading;

    /// <summary>A view that has read nothing yet.</summary>
    /// <param name="read">Reads it from storage.</param>
    /// <param name="options">How long it is good.</param>
    /// <param name="clock">Measures that.</param>
    /// <param name="logger">Says when storage did not answer.</param>
    public BackgroundView(Func<CancellationToken, Task<T>> read, IOptions<TelemetryOptions> options, TimeProvider clock, ILogger logger) =>
        (this.read, freshFor, this.clock, this.logger) = (read, options.Value.Refresh, clock, logger);

    /// <summary>What was read last; null before the first time.</summary>
    public T? Current
    {
        get
        {
            var known = Volatile.Read(ref current);
            var due = known is null || clock.GetElapsedTime(Volatile.Read(ref readAt)) >= freshFor;
            if (due && Interlocked.Exchange(ref reading, 1) == 0) _ = Task.Run(ReadAsync);
            return known;
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(freshFor > TimeSpan.FromMinutes(1) ? freshFor : TimeSpan.FromMinutes(1), clock);
            var fresh = await read(patience.Token);
            Volatile.Write(ref readAt, clock.GetTimestamp());
            Volatile.Write(ref current, fresh);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // What was read before goes on being shown; the next scrape tries again.
            logger.NotRead(failure);
        }
        finally
        {
            Volatile.Write(ref reading, 0);
        }
    }
}
