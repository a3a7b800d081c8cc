using System.Collections.Concurrent;

namespace Serverless.Services.Predictions;

/// <summary>The log's counters. One for each instance, shared by writer, compaction and retention.</summary>
public sealed class PredictionCounters
{
    private readonly long[] dropped = new long[Enum.GetValues<DropReason>().Length];
    private readonly ConcurrentDictionary<string, long> debts = new();
    private long accepted;
    private long flushed;
    private long sampled;
    private long pendingBytes;
    private long lagTicks;
    private long appends;
    private long files;
    private long bytes;
    private long compacted;
    private long compactedBytes;

    /// <summary>The counters as they are now.</summary>
    public PredictionLogSnapshot Snapshot()
    {
        var lost = Enum.GetValues<DropReason>().ToDictionary(reason => reason, reason => Volatile.Read(ref dropped[(int)reason]));
        var (taken, stored) = (Volatile.Read(ref accepted), Volatile.Read(ref flushed));
        var gone = lost[DropReason.Shutdown] + lost[DropReason.Unencodable];
        return new(taken, stored, lost, Volatile.Read(ref sampled), Math.Max(0, taken - stored - gone), Volatile.Read(ref pendingBytes),
            new TimeSpan(Volatile.Read(ref lagTicks)), Volatile.Read(ref appends), Volatile.Read(ref files), Volatile.Read(ref bytes),
            Volatile.Read(ref compacted), Volatile.Read(ref compactedBytes), debts.Values.Sum());
    }

    internal long PendingBytes => Volatile.Read(ref pendingBytes);

    internal void Accept(long rows) => Interlocked.Add(ref accepted, rows);

    internal long Charge(long amount) => Interlocked.Add(ref pendingBytes, amount);

    internal void Drop(long rows, DropReason reason) => Interlocked.Add(ref dropped[(int)reason], rows);

    internal void LeaveOut() => Interlocked.Increment(ref sampled);

    internal void BeginFile() => Interlocked.Increment(ref files);

    internal void Append(long length)
    {
        Interlocked.Increment(ref appends);
        Interlocked.Add(ref bytes, length);
    }

    internal void Flush(long rows, TimeSpan lag)
    {
        Interlocked.Add(ref flushed, rows);
        Volatile.Write(ref lagTicks, lag.Ticks);
    }

    internal void Compact(long rows, long length)
    {
        Interlocked.Add(ref compacted, rows);
        Interlocked.Add(ref compactedBytes, length);
    }

    internal void Owe(string model, long length) => debts[model] = length;
}
