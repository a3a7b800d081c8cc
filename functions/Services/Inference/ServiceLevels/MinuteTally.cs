namespace Serverless.Services.Inference.ServiceLevels;

/// <summary>How one version's requests of one minute went in this instance. Counted without a lock.</summary>
/// <param name="version">The version; 0 where none could be found.</param>
/// <param name="kind">Whom its requests are counted for.</param>
/// <param name="minute">Whole minutes since 1970.</param>
/// <param name="bounds">What latency is held against, in microseconds.</param>
internal sealed class MinuteTally(int version, TalliedAs kind, long minute, long[] bounds)
{
    private readonly long[] fast = new long[bounds.Length], slow = new long[bounds.Length];
    private long answered, failed;

    public long Minute => minute;

    public long[] Bounds => bounds;

    /// <summary>A request that failed for our sake counts against availability, a caller's own mistake or leaving does not. Latency is of what was answered, and of everything that took too long.</summary>
    public void Count(int status, TimeSpan took)
    {
        if (status is >= 500 or 429) Interlocked.Increment(ref failed);
        else if (status is < 400) Interlocked.Increment(ref answered);
        var microseconds = took.Ticks / TimeSpan.TicksPerMicrosecond;
        for (var at = 0; at < bounds.Length; at++)
            if (microseconds > bounds[at]) Interlocked.Increment(ref slow[at]);
            else if (status < 400) Interlocked.Increment(ref fast[at]);
    }

    /// <summary>All that was counted: it only grows.</summary>
    public long Sum => Volatile.Read(ref answered) + Volatile.Read(ref failed) + fast.Sum() + slow.Sum();

    /// <summary>As it is kept: version, for whom, minute of the hour, answered, failed, then for each bound its microseconds, fast, slow.</summary>
    public long[] Row() =>
        [version, (long)kind, minute % 60, Volatile.Read(ref answered), Volatile.Read(ref failed), .. bounds.SelectMany((bound, at) => (long[])[bound, Volatile.Read(ref fast[at]), Volatile.Read(ref slow[at])])];
}
