namespace Serverless.Hosting.Http;

/// <summary><c>maxConcurrentRequests</c> run, <c>maxOutstandingRequests</c> run or wait, the rest get 429. Negative means without limit.</summary>
internal sealed class RequestGate(int maxConcurrent, int maxOutstanding) : IDisposable
{
    private readonly SemaphoreSlim? running = maxConcurrent > 0 ? new SemaphoreSlim(maxConcurrent) : null;
    private int outstanding;

    public bool IsOpen { get; } = maxConcurrent <= 0 && maxOutstanding <= 0;

    /// <summary>False when there is no room even to wait.</summary>
    public async ValueTask<bool> EnterAsync(CancellationToken cancel)
    {
        if (Interlocked.Increment(ref outstanding) > maxOutstanding && maxOutstanding > 0)
        {
            Interlocked.Decrement(ref outstanding);
            return false;
        }
        try
        {
            if (running is not null) await running.WaitAsync(cancel);
            return true;
        }
        catch
        {
            Interlocked.Decrement(ref outstanding);
            throw;
        }
    }

    public void Leave()
    {
        running?.Release();
        Interlocked.Decrement(ref outstanding);
    }

    public void Dispose() => running?.Dispose();
}
