using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Predictions;

/// <summary>
/// A writer of its own for what shadows say, beside that of callers' predictions and in the same partitions: with memory of its own, so that neither
/// pushes the other's rows out, and below the priority of requests. Made by the first shadow.
/// </summary>
public sealed class ShadowLog : IAsyncDisposable
{
    private readonly Lazy<PredictionLog> log;

    /// <summary>Prepares the log; nothing is opened yet.</summary>
    public ShadowLog(BlobServiceClient blobs, IOptions<PredictionLogOptions> options, TimeProvider clock, ILogger<PredictionLog> logger) =>
        log = new(() => new(blobs, options, Counters, clock, logger, aside: true));

    /// <summary>What became of the rows.</summary>
    public PredictionCounters Counters { get; } = new();

    /// <summary>The writer.</summary>
    public PredictionLog Writer => log.Value;

    /// <summary>Flushes and ends.</summary>
    public Task StopAsync(CancellationToken cancel) => log.IsValueCreated ? log.Value.StopAsync(cancel) : Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => log.IsValueCreated ? log.Value.DisposeAsync() : default;
}
