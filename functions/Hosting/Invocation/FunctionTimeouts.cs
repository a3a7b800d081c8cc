using System.Collections.Concurrent;

namespace Serverless.Hosting.Invocation;

/// <summary>Tokens that end with the caller or with <c>functionTimeout</c>, from a pool: a request allocates none.</summary>
internal sealed class FunctionTimeouts(TimeSpan limit, TimeProvider clock)
{
    private const int PoolSize = 256;
    private readonly ConcurrentQueue<CancellationTokenSource> pool = [];

    public Lease Rent(CancellationToken caller)
    {
        if (!pool.TryDequeue(out var source)) source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        if (limit != Timeout.InfiniteTimeSpan) source.CancelAfter(limit);
        var link = caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        return new Lease(this, source, link);
    }

    private void Return(CancellationTokenSource source)
    {
        if (source.TryReset() && pool.Count < PoolSize) pool.Enqueue(source);
        else source.Dispose();
    }

    internal readonly struct Lease(FunctionTimeouts owner, CancellationTokenSource source, CancellationTokenRegistration link) : IDisposable
    {
        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            link.Dispose();
            owner.Return(source);
        }
    }
}
