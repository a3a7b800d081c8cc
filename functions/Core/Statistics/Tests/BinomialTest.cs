using MathNet.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>The exact one-sided binomial test of a share against a bound.</summary>
/// <remarks>Clopper and Pearson, Biometrika 26 (1934): P(X ≥ k) = I_p(k, n − k + 1).</remarks>
public static class BinomialTest
{
    /// <summary>The chance of at least so many hits in so many rows when each is one with a probability of at most <paramref name="share"/>.</summary>
    /// <exception cref="ArgumentException">More hits than rows, a negative number, or a share that is no probability.</exception>
    public static double AtLeast(long hits, long rows, double share)
    {
        Require.Within(share, 0, 1, nameof(share));
        if (hits < 0 || hits > rows)
            throw new ArgumentException($"{hits} hits in {rows} rows.", nameof(hits));
        return hits == 0 || share == 1 ? 1 : share == 0 ? 0 : SpecialFunctions.BetaRegularized(hits, rows - hits + 1.0, share);
    }
}
