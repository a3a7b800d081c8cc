namespace Serverless.Core.Statistics;

/// <summary>The chance of so large a Wasserstein distance between two samples of one distribution.</summary>
/// <remarks>
/// Below 100 rows on a side rows are dealt anew to the two sides. Above, ∫|F − G| dx → √(1/n + 1/m) ∫|B(F(x))| dx with a Brownian bridge B
/// (del Barrio, Giné, Matrán, Annals of Probability 27 (1999)), drawn over quantiles of the pooled sample that stand closer towards its ends.
/// </remarks>
internal static class AreaNull
{
    private const int Few = 100, Steps = 128;

    public static (double P, TestMethod Method) PValue(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, SortedPair seen)
    {
        var pooled = Merge(reference, current);
        double n = reference.Length, m = current.Length, spread = 1 / n + 1 / m;
        var deviation = Math.Sqrt(Sample.SquaresAround(pooled, Sample.Mean(pooled)) / pooled.Length * spread);
        // Ranks only, so that a change of unit changes no draw; and not the sizes alone, or all windows of one size would share the draws' error.
        var seed = RandomStream.Mix((ulong)seen.Gap);
        var few = Math.Min(n, m) < Few;
        var draws = few ? (int)Math.Clamp(200_000_000L / pooled.Length, 999, MonteCarlo.Draws) : MonteCarlo.Draws;
        var p = MonteCarlo.PValue(seen.Wasserstein, few ? Dealt(pooled, (int)Math.Min(n, m)) : Bridge(pooled, Math.Sqrt(spread)), LogTail, draws, seed);
        return (p, few ? TestMethod.Permutation : TestMethod.Asymptotic);

        // The largest normal variable under the integral is the gap of the means.
        double LogTail(double value) => -value * value / (2 * deviation * deviation);
    }

    /// <summary>Selection sampling (Knuth, TAOCP 2, algorithm S) along the pooled sample, the area summed on the way.</summary>
    private static NullDraw Dealt(double[] pooled, int small) => (ref random) =>
    {
        int left = small, large = pooled.Length - small;
        double gap = 0, area = 0;
        for (var i = 0; i + 1 < pooled.Length; i++)
        {
            var taken = random.Below(pooled.Length - i) < left;
            left -= taken ? 1 : 0;
            gap += taken ? 1.0 / small : -1.0 / large;
            area += Math.Abs(gap) * (pooled[i + 1] - pooled[i]);
        }
        return area;
    };

    private static NullDraw Bridge(double[] pooled, double scale)
    {
        var (at, width) = Grid(pooled);
        var steps = at.Select((u, k) => Math.Sqrt(u - (k == 0 ? 0 : at[k - 1]))).ToArray();
        var walk = new double[at.Length];
        return (ref random) =>
        {
            var sum = 0.0;
            for (var k = 0; k < walk.Length; k += 2)
            {
                var (x, y) = Normals(ref random);
                walk[k] = sum += steps[k] * x;
                walk[k + 1] = sum += steps[k + 1] * y;
            }
            var end = sum + Math.Sqrt(1 - at[^1]) * Normals(ref random).X;
            var area = 0.0;
            for (var k = 0; k < walk.Length; k++)
                area += Math.Abs(walk[k] - at[k] * end) * width[k];
            return area * scale;
        };
    }

    private static (double[] At, double[] Width) Grid(double[] pooled)
    {
        double[] at = new double[Steps], width = new double[Steps];
        for (var k = 0; k < Steps; k++)
        {
            at[k] = Arc(k + 0.5);
            width[k] = Bins.Quantile(pooled, Arc(k + 1)) - Bins.Quantile(pooled, Arc(k));
        }
        return (at, width);

        static double Arc(double k) => Math.Pow(Math.Sin(Math.PI * k / (2 * Steps)), 2);
    }

    /// <summary>Box and Muller (1958).</summary>
    private static (double X, double Y) Normals(ref RandomStream random)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.Unit()));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * random.Unit());
        return (radius * cosine, radius * sine);
    }

    private static double[] Merge(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var merged = new double[a.Length + b.Length];
        for (int i = 0, j = 0, k = 0; k < merged.Length; k++)
            merged[k] = j == b.Length || (i < a.Length && a[i] <= b[j]) ? a[i++] : b[j++];
        return merged;
    }
}
