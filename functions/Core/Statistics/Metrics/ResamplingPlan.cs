namespace Serverless.Core.Statistics;

/// <summary>How to resample. The result depends on the seed and never on the number of threads.</summary>
/// <param name="Replicates">How many times, at least once.</param>
/// <param name="Seed">Where the streams start.</param>
/// <param name="Level">The confidence level of intervals, between 0 and 1.</param>
/// <param name="Threads">At most so many at a time; −1 for as many as the machine has.</param>
public sealed record ResamplingPlan(int Replicates, ulong Seed, double Level, int Threads)
{
    /// <summary>1,000 replicates at 95 %.</summary>
    public static ResamplingPlan Default { get; } = new(1000, 20261123, 0.95, -1);

    /// <summary>Whatever takes a plan asks this first.</summary>
    /// <exception cref="ArgumentException">No replicate, a level that is not between 0 and 1, or no thread.</exception>
    internal void Check()
    {
        if (Replicates < 1) throw new ArgumentException("A plan has at least one replicate.", nameof(Replicates));
        if (Threads is 0 or < -1) throw new ArgumentException("Threads are at least 1, or -1 for all.", nameof(Threads));
        Require.Level(Level);
    }

    internal ParallelOptions Parallelism => new() { MaxDegreeOfParallelism = Threads };
}
