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
/// dropped and counted. A few threads of low priority take from it: on a busy machine they fall behind, and callers do not. While traffic goes on nothing that a
/// caller's thread does here waits for one of them: it takes no lock that such a thread could hold while others keep it from running, and wakes nobody.
/// </summary>
internal sealed class ShadowQueue : IHostedService, IDisposable
{
    // Of looks at an empty queue: what comes between two of them runs together, when its callers are gone.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);
    private const int LooksUntilAsleep = 200;

    private readonly ConcurrentQueue<ShadowJob> jobs = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Lazy<Thread[]> workers;
    private readonly InferenceOptions settings;
    private readonly ShadowRunner runner;
    private readonly ShadowCounters counters;
    private readonly RequestsInFlight requests;
    private readonly CallPool pool;
    private readonly InferenceMeters meters;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private int waiting;
    private int asleep;
    private int disposed;

    public ShadowQueue(
        ShadowRunner runner, ShadowCounters counters, RequestsInFlight requests, CallPool pool, InferenceMeters meters, IOptions<InferenceOptions> options, TimeProvider clock, ILogger<ShadowQueue> logger)
    {
        (this.runner, this.counters, this.requests, this.pool, this.meters, settings, this.clock, this.logger) = (runner, counters, requests, pool, meters, options.Value, clock, logger);
        meters.Meter.CreateObservableGauge("mlops.shadow.queue.depth", () => counters.Snapshot().Queued, description: "Versions that wait to follow a request.");
        // Most instances have no shadow: threads start with the first one.
        workers = new(() => [.. Enumerable.Range(0, settings.ShadowThreads).Select(number => BackgroundThread.Start($"shadow {number}", Work))]);
    }

    /// <summary>Takes an answered call; the versions run on its inputs later. Ends when the invocation need not be kept open for them.</summary>
    public Task OfferAsync(InferenceCall call, in PredictionHeader answered, List<Servable> versions)
    {
        var bytes = call.KeepInputs();
        var job = new ShadowJob(call, answered, versions, clock.GetTimestamp(), bytes, settings.ShadowHoldsInvocation ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null);
        _ = workers.Value;
        call.Hold();
        counters.Take(versions.Count, bytes);
        if (counters.Bytes > settings.ShadowBytes || stopping.IsCancellationRequested || !TryAdd(job))
            Drop(job, stopping.IsCancellationRequested ? ShadowDrop.Shutdown : ShadowDrop.Full);
        return job.Done is null ? Task.CompletedTask : WaitAsync(job.Done.Task);
    }

    private bool TryAdd(ShadowJob job)
    {
        if (Interlocked.Increment(ref waiting) > settings.ShadowRequests)
        {
            Interlocked.Decrement(ref waiting);
            return false;
        }
        jobs.Enqueue(job);
        if (Volatile.Read(ref asleep) > 0) wake.Release();
        return true;
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ShadowJob? job)
    {
        if (!jobs.TryDequeue(out job)) return false;
        Interlocked.Decrement(ref waiting);
        return true;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Gives up what waits: no caller does.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        stopping.Cancel();
        if (workers.IsValueCreated)
            foreach (var worker in workers.Value) worker.Join();
        while (TryTake(out var job)) Drop(job, ShadowDrop.Shutdown);
        return Task.CompletedTask;
    }

    /// <summary>Is called twice: the container knows it under two names.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        StopAsync(CancellationToken.None);
        wake.Dispose();
        stopping.Dispose();
    }

    private void Work()
    {
        try
        {
            for (var looks = 0; !stopping.IsCancellationRequested;)
            {
                if (TryTake(out var job))
                {
                    GiveWay();
                    Run(job);
                    looks = 0;
                }
                else if (looks++ < LooksUntilAsleep) stopping.Token.WaitHandle.WaitOne(LookEvery);
                else Sleep();
            }
        }
        catch (OperationCanceledException)
        {
            // The instance stops.
        }
    }

    // Whoever adds after this look sees that somebody sleeps.
    private void Sleep()
    {
        Interlocked.Increment(ref asleep);
        if (jobs.IsEmpty) wake.Wait(stopping.Token);
        Interlocked.Decrement(ref asleep);
    }

    // Another core's caller would share its caches and its memory with the shadow. Not when too much waits: what gives way for ever is dropped in the end.
    private void GiveWay()
    {
        for (var turn = 0; turn < settings.ShadowCourtesy.TotalMilliseconds && requests.Count > settings.ShadowBeside && Volatile.Read(ref waiting) < settings.ShadowRequests / 2; turn++)
            stopping.Token.WaitHandle.WaitOne(1);
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
        job.Done?.TrySetResult();
    }

    // Longer than this it is not worth an instance's time.
    private async Task WaitAsync(Task done)
    {
        try
        {
            await done.WaitAsync(settings.ShadowPatience, clock);
        }
        catch (TimeoutException)
        {
            // It goes on waiting in the queue, as long as the instance runs.
        }
    }
}
