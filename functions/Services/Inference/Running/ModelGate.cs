using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Running;

/// <summary>Lets so many of a model's requests compute at once and so many wait; the others come again later. No lock while nobody waits.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for has nothing to dispose of.
internal sealed class ModelGate
#pragma warning restore CA1001
{
    private readonly int concurrency;
    private readonly int queue;
    private readonly SemaphoreSlim turns = new(0);
    private int free;

    /// <param name="concurrency">Requests that compute at once.</param>
    /// <param name="queue">Requests that may wait.</param>
    public ModelGate(int concurrency, int queue) => (this.concurrency, this.queue, free) = (concurrency, queue, concurrency);

    /// <summary>Whether this gate has a policy's limits.</summary>
    public bool Fits(ServingPolicy policy) => policy.MaxConcurrency == concurrency && policy.MaxQueue == queue;

    /// <summary>Refuses a request that would find the queue full, before its body is read.</summary>
    public void CheckRoom()
    {
        if (Volatile.Read(ref free) <= -queue) throw Full();
    }

    /// <summary>Whether a turn is free, so that nobody waits for one.</summary>
    public bool HasRoom => Volatile.Read(ref free) > 0;

    /// <summary>Who waits for one.</summary>
    public int Waiting => Math.Max(0, -Volatile.Read(ref free));

    /// <summary>Takes a turn when one is free: then nobody waits.</summary>
    public bool TryEnter()
    {
        var seen = Volatile.Read(ref free);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref free, seen - 1, seen);
            if (before == seen) return true;
            seen = before;
        }
        return false;
    }

    /// <summary>Waits for a turn, in the order of arrival. The caller leaves.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.TooManyRequests"/> when the queue is full.</exception>
    /// <exception cref="OperationCanceledException">The turn did not come in time.</exception>
    public ValueTask EnterAsync(CancellationToken cancel)
    {
        var left = Interlocked.Decrement(ref free);
        if (left >= 0) return default;
        if (left >= -queue) return new(WaitAsync(cancel));
        GiveUp();
        throw Full();
    }

    /// <summary>Ends a turn.</summary>
    public void Leave()
    {
        if (Interlocked.Increment(ref free) <= 0) turns.Release();
    }

    private async Task WaitAsync(CancellationToken cancel)
    {
        try
        {
            await turns.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            GiveUp();
            throw;
        }
    }

    // One who leaves the queue takes back its place, unless somebody has already made a turn for it: then that turn ends here.
    private void GiveUp()
    {
        var seen = Volatile.Read(ref free);
        while (seen < 0)
        {
            var before = Interlocked.CompareExchange(ref free, seen + 1, seen);
            if (before == seen) return;
            seen = before;
        }
        turns.Wait();
        Leave();
    }

    private static ProblemException Full() =>
        new(ProblemKind.TooManyRequests, "The model's queue is full.") { RetryAfter = TimeSpan.FromSeconds(1) };
}
