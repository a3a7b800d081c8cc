using System.Numerics;

namespace Serverless.Services.Telemetry;

/// <summary>Counters that many threads add to at once: one set of them for each core, so that cores do not wait for each other's memory. No lock, no allocation.</summary>
/// <param name="cells">How many counters.</param>
public sealed class StripedCounts(int cells)
{
    private const int MostStripes = 8;

    private static readonly int Mask = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MostStripes)) - 1;

    private readonly long[][] stripes = [.. Enumerable.Range(0, Mask + 1).Select(_ => new long[cells])];

    /// <summary>This core's counters. A thread that moves to another one meanwhile only shares them.</summary>
    public Stripe Here => new(stripes[Thread.GetCurrentProcessorId() & Mask]);

    /// <summary>A counter's figure.</summary>
    public long this[int cell]
    {
        get
        {
            var sum = 0L;
            foreach (var stripe in stripes) sum += Volatile.Read(ref stripe[cell]);
            return sum;
        }
    }
}

/// <summary>One core's counters.</summary>
public readonly struct Stripe(long[] cells)
{
    /// <summary>Adds to a counter.</summary>
    public void Add(int cell, long amount) => Interlocked.Add(ref cells[cell], amount);

    /// <summary>Adds one to a counter.</summary>
    public void Increment(int cell) => Interlocked.Increment(ref cells[cell]);

    /// <summary>Notes a duration in <see cref="LatencyBuckets.Count"/> counters and, behind them, its sum.</summary>
    public void Note(int first, TimeSpan duration)
    {
        Interlocked.Increment(ref cells[first + LatencyBuckets.Of(duration)]);
        Interlocked.Add(ref cells[first + LatencyBuckets.Count], duration.Ticks);
    }
}
