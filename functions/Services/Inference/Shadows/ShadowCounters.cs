namespace Serverless.Services.Inference.Shadows;

/// <summary>What became of shadows in this instance. One is one version that follows one request.</summary>
internal sealed class ShadowCounters
{
    private readonly long[] dropped = new long[Enum.GetValues<ShadowDrop>().Length];
    private long taken;
    private long done;
    private long failed;
    private long bytes;

    /// <summary>The memory that waiting requests hold.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>The counters as they are now.</summary>
    public ShadowHealth Snapshot(long pendingRows = 0)
    {
        long Lost(ShadowDrop reason) => Volatile.Read(ref dropped[(int)reason]);
        var lost = new DroppedShadows(Lost(ShadowDrop.Full), Lost(ShadowDrop.Busy), Lost(ShadowDrop.Loading), Lost(ShadowDrop.Log), Lost(ShadowDrop.Shutdown));
        var run = Volatile.Read(ref done);
        var over = run + lost.Full + lost.Busy + lost.Loading + lost.Log + lost.Shutdown;
        return new(Math.Max(0, Volatile.Read(ref taken) - over), Bytes, run, Volatile.Read(ref failed), lost, pendingRows);
    }

    public void Take(int count, long held)
    {
        Interlocked.Add(ref taken, count);
        Interlocked.Add(ref bytes, held);
    }

    public void Release(long held) => Interlocked.Add(ref bytes, -held);

    public void Finish(bool right)
    {
        Interlocked.Increment(ref done);
        if (!right) Interlocked.Increment(ref failed);
    }

    public void Drop(int count, ShadowDrop reason) => Interlocked.Add(ref dropped[(int)reason], count);
}

/// <summary>Why a shadow did not run.</summary>
internal enum ShadowDrop
{
    /// <summary>The queue had no room for its request.</summary>
    Full,
    /// <summary>Callers waited for a turn of the model.</summary>
    Busy,
    /// <summary>Its session was not loaded.</summary>
    Loading,
    /// <summary>The log of what shadows say was full.</summary>
    Log,
    /// <summary>The instance stopped.</summary>
    Shutdown,
}

/// <summary>Shadows in this instance; <c>Failed</c> are among those that <c>Run</c> counts, <c>PendingRows</c> are what they said that is not durable yet.</summary>
internal sealed record ShadowHealth(long Queued, long QueuedBytes, long Run, long Failed, DroppedShadows Dropped, long PendingRows);

internal sealed record DroppedShadows(long Full, long Busy, long Loading, long Log, long Shutdown);
