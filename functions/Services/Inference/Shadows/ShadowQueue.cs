using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Services.Inference.Meters;
using Serverless.Services.Inference.Running;
using Serverless.Services.Predictions;

namespace Serverless.Services.Inference.Shadows;

/// <summary>
/// The answered requests of this instance that other versions follow. Bounded by their number and by the memory that they hold; what finds it full is
/// dropped and counted. A few threads of low priority take from it: on a busy machine they fall behind, and callers do not.
/// </summary>
internal sealed class ShadowQueue : IHostedService, IDisposable
{
    private readonly BlockingCollection<ShadowJob> jobs;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lazy<Thread[]> workers;
    private readonly InferenceOptions settings;
    private readonly ShadowRunner runner;
    private readonly ShadowCounters counters;
    private readonly CallPool pool;
    private readonly InferenceMeters meters;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private int disposed;

    public ShadowQueue(ShadowRunner runner, ShadowCounters counters, CallPool pool, InferenceMeters meters, IOptions<InferenceOptions> options, TimeProvider clock, ILogger<ShadowQueue> logger)
    {
        (this.runner, this.counters, this.pool, this.meters, settings, this.clock, this.logger) = (runner, counters, pool, meters, options.Value, clock, logger);
        meters.Meter.CreateObservableGauge("mlops.shadow.queue.depth", () => counters.Snapshot().Queued, description: "Versions that wait to follow a request.");
        jobs = new(new ConcurrentQueue<ShadowJob>(), settings.ShadowRequests);
        // Most instances have no shadow: threads start with the first one.
        workers = new(() => [.. Enumerable.Range(0, settings.ShadowThreads).Select(number => BackgroundThread.Start($"shadow {number}", Work))]);
    }

    /// <summary>Takes an answered call; the versions run on its inputs later. Ends when the invocation need not be kept open for them.</summary>
    public Task OfferAsync(InferenceCall call, in PredictionHeader answered, List<Servable> versions)
    {
        var bytes = call.KeepInputs();
        var job = new ShadowJob(call, answered, versions, clock.GetTimestamp(), bytes);
        _ = workers.Value;
        call.Hold();
        counters.Take(versions.Count, bytes);
        if (counters.Bytes > settings.ShadowBytes || stopping.IsCancellationRequested || !jobs.TryAdd(job))
            Drop(job, stopping.IsCancellationRequested ? ShadowDrop.Shutdown : ShadowDrop.Full);
        return settings.ShadowHoldsInvocation ? WaitAsync(job) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Gives up what waits: no caller does.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        stopping.Cancel();
        if (workers.IsValueCreated)
            foreach (var worker in workers.Value) worker.Join();
        while (jobs.TryTake(out var job)) Drop(job, ShadowDrop.Shutdown);
        return Task.CompletedTask;
    }

    /// <summary>Is called twice: the container knows it under two names.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        StopAsync(CancellationToken.None);
        jobs.Dispose();
        stopping.Dispose();
    }

    private void Work()
    {
        try
        {
            foreach (var job in jobs.GetConsumingEnumerable(stopping.Token)) Run(job);
        }
        catch (OperationCanceledException)
        {
            // The instance stops.
        }
    }

    private void Run(ShadowJob job)
    {
        try
        {
            foreach (var version in job.Versions) runner.Run(job, version, stopping.Token);
        }
        catch (Exception failure)
        {
            logger.ShadowFailed(failure, job.Call.Servable.Model.Value);
        }
        finally
        {
            End(job);
        }
    }

    private void Drop(ShadowJob job, ShadowDrop reason)
    {
        counters.Drop(job.Versions.Count, reason);
        foreach (var version in job.Versions) meters.ShadowDropped(version);
        End(job);
    }

    private void End(ShadowJob job)
    {
        counters.Release(job.Bytes);
        pool.Return(job.Call);
        job.Finish();
    }

    // Longer than this it is not worth an instance's time.
    private async Task WaitAsync(ShadowJob job)
    {
        try
        {
            await job.Done.WaitAsync(settings.ShadowPatience, clock);
        }
        catch (TimeoutException)
        {
            // It goes on waiting in the queue, as long as the instance runs.
        }
    }
}
