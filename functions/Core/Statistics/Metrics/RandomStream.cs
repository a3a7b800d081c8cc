using System.Runtime.CompilerServices;

namespace Serverless.Core.Statistics;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): a tiny seeded generator, one stream for each replicate, so that a result does not depend on the number of threads.</summary>
internal struct RandomStream(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The stream of one replicate.</summary>
    public static RandomStream Of(ulong seed, long replicate) => new(Mix(seed ^ Mix((ulong)replicate + 1)));

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>Uniform on 0 … bound − 1; the bias of the multiply-shift is below bound / 2^64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Uniform on [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1ul << 53));
}
