using System.Numerics;

namespace Serverless.Services.Rollout.Live;

/// <summary>How often each duration occurred, in microseconds: exact below 256, above it in steps of one in 128. Counts of hours add up, in any order.</summary>
internal sealed class LatencyCounts
{
    private const int Bits = 7;
    private const int Steps = 1 << Bits;
    private readonly long[]?[] octaves = new long[32][];

    public long Count { get; private set; }

    public void Add(int microseconds) => Add(Octave(Math.Max(0, microseconds)), Step(Math.Max(0, microseconds)), 1);

    public void Merge(LatencyCounts other)
    {
        for (var octave = 0; octave < octaves.Length; octave++)
            for (var step = 0; step < (other.octaves[octave]?.Length ?? 0); step++)
                if (other.octaves[octave]![step] is > 0 and var rows) Add(octave, step, rows);
    }

    /// <summary>The smallest duration that a share of all do not exceed, in seconds; null where there are too few to tell.</summary>
    public double? Quantile(double share)
    {
        if (Count < Math.Max(Least, Math.Ceiling(Math.Round(1 / (1 - share), 6)))) return null;
        return At((long)Math.Ceiling(Math.Round(share * Count, 6)));
    }

    /// <summary>Between which durations, in seconds, that quantile of all that could have been counted lies; null where there are too few to tell.</summary>
    /// <remarks>Ranks by the normal approximation of the binomial law (David and Nagaraja 2003, 7.1): nothing is assumed of the durations but that they are independent.</remarks>
    /// <param name="share">The quantile.</param>
    /// <param name="z">Standard deviations on each side.</param>
    public (double Low, double High)? Interval(double share, double z)
    {
        var (middle, spread) = (share * Count, z * Math.Sqrt(Count * share * (1 - share)));
        var (low, high) = ((long)Math.Floor(middle - spread), (long)Math.Ceiling(middle + spread) + 1);
        return low < 1 || high > Count ? null : (At(low), At(high));
    }

    private double At(long rank)
    {
        for (var octave = 0; octave < octaves.Length; octave++)
            for (var step = 0; step < (octaves[octave]?.Length ?? 0); step++)
                if ((rank -= octaves[octave]![step]) <= 0) return Middle(octave, step) / 1e6;
        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    private const int Least = 10;

    private void Add(int octave, int step, long rows)
    {
        (octaves[octave] ??= new long[Steps])[step] += rows;
        Count += rows;
    }

    // The first two octaves are the numbers themselves.
    private static int Octave(int value) => value < Steps ? 0 : BitOperations.Log2((uint)value) - Bits + 1;

    private static int Step(int value) => value < Steps ? value : (value >> (BitOperations.Log2((uint)value) - Bits)) & (Steps - 1);

    private static double Middle(int octave, int step) => octave == 0 ? step : Math.ScaleB(Steps + step, octave - 1) + (Math.ScaleB(1, octave - 1) - 1) / 2;
}
