namespace Serverless.Core.Statistics;

/// <summary>The chance of so large a Wasserstein distance when a row's side says nothing about its value.</summary>
/// <remarks>
/// A permutation test at every size: rows are dealt anew to the two sides. So that a deal costs the same for any number of rows, the pooled sample is cut
/// into at most 128 blocks whose rows count as their mean: single rows at both ends, where one far value decides, and blocks that grow towards the middle.
/// The blocks do not depend on a row's side, so the test of the blocks' distance is exact; it is Wasserstein's own while blocks are single rows.
/// </remarks>
internal static class AreaNull
{
    private const int Singles = 32, Middle = 64, Draws = 10_000;

    public static double PValue(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, SortedPair pair)
    {
        var (sizes, steps, ofCurrent) = Blocks(reference, current);
        long n = reference.Length, m = current.Length;
        var counts = new long[sizes.Length];
        // Ranks only, so that a change of unit changes no draw; and not the sizes alone, or all windows of one size would share the draws' error.
        return MonteCarlo.PValue(Area(ofCurrent, sizes, steps, n, m), Draw, LogTail(reference, current), Draws, RandomStream.Mix((ulong)pair.Gap));

        double Draw(ref RandomStream random)
        {
            long total = n + m, left = m;
            for (var i = 0; i < sizes.Length; i++)
            {
                counts[i] = sizes[i] == 1 ? (random.Unit() * total < left ? 1 : 0) : Hypergeometric.Draw(ref random, sizes[i], total, left);
                total -= sizes[i];
                left -= counts[i];
            }
            return Area(counts, sizes, steps, n, m);
        }
    }

    private static double Area(long[] current, long[] sizes, double[] steps, double n, double m)
    {
        double gap = 0, area = 0;
        for (var i = 0; i < steps.Length; i++)
        {
            gap += current[i] / m - (sizes[i] - current[i]) / n;
            area += Math.Abs(gap) * steps[i];
        }
        return area;
    }

    /// <summary>The gap of the means is the integral without the bars, and among all integrals with signs the one of the largest variance.</summary>
    private static Func<double, double> LogTail(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        double n = reference.Length, m = current.Length, a = Sample.Mean(reference), b = Sample.Mean(current), mean = (a * n + b * m) / (n + m);
        var variance = (Sample.SquaresAround(reference, mean) + Sample.SquaresAround(current, mean)) / (n + m) * (1 / n + 1 / m);
        return value => -value * value / (2 * variance);
    }

    /// <summary>The rows of each block, the steps between the blocks' means, and the rows that the current side has in them.</summary>
    private static (long[] Sizes, double[] Steps, long[] OfCurrent) Blocks(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var cuts = Cuts(reference.Length + current.Length);
        long[] sizes = new long[cuts.Length], ofCurrent = new long[cuts.Length];
        var means = new double[cuts.Length];
        int i = 0, j = 0;
        for (var block = 0; block < cuts.Length; block++)
        {
            for (; i + j < cuts[block]; sizes[block]++)
            {
                var fromReference = j == current.Length || (i < reference.Length && reference[i] <= current[j]);
                means[block] += ((fromReference ? reference[i] : current[j]) - means[block]) / (sizes[block] + 1);
                ofCurrent[block] += fromReference ? 0 : 1;
                i += fromReference ? 1 : 0;
                j += fromReference ? 0 : 1;
            }
        }
        return (sizes, [.. means.Skip(1).Zip(means, (next, mean) => next - mean)], ofCurrent);
    }

    /// <summary>Where blocks end, in rows from the lowest.</summary>
    private static int[] Cuts(int rows)
    {
        if (rows <= 2 * Singles + Middle)
            return [.. Enumerable.Range(1, rows)];
        var ends = Enumerable.Range(1, Singles).Concat(Enumerable.Range(rows - Singles, Singles + 1));
        var arcs = Enumerable.Range(1, Middle - 1).Select(k => Singles + (int)((rows - 2 * Singles) * Math.Pow(Math.Sin(Math.PI * k / (2 * Middle)), 2)));
        return [.. ends.Concat(arcs).Distinct().Order()];
    }
}
