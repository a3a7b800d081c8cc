namespace Serverless.Core.Statistics;

/// <summary>How to resample. The result depends on the seed and never on the number of threads.</summary>
/// <param name="Replicates">How many times.</param>
/// <param name="Seed">Where the streams start.</param>
/// <param name="Level">The confidence level of intervals.</param>
/// <param name="Threads">At most so many at a time; −1 for as many as the machine has.</param>
public sealed record ResamplingPlan(int Replicates, ulong Seed, double Level, int Threads)
{
    /// <summary>1,000 replicates at 95 %.</summary>
    public static ResamplingPlan Default { get; } = new(1000, 20261123, 0.95, -1);

    internal ParallelOptions Parallelism => new() { MaxDegreeOfParallelism = Threads };
}
