namespace Serverless.Core.Statistics;

/// <summary>Fisher's exact test of a 2×2 table. Statistic: the odds ratio ad/bc. Effect: Cramér's φ.</summary>
/// <remarks>
/// Fisher, JRSS 85 (1922). Two-sided as SciPy and R have it: all tables with the same margins that are no likelier than the one seen.
/// The odds ratio is the sample's, ad/bc, not R's conditional estimate: 0 where a or d is 0; where b or c is 0 and neither a nor d is, it is infinite and
/// given as the largest double, since no figure here is infinite; 1, with p = 1, where a column is empty and the ratio would be 0/0.
/// </remarks>
public static class FisherExact
{
    // Tables as likely as the one seen differ from it by rounding; R's tolerance.
    private const double Slack = 1e-7;

    /// <summary>Tests a, b (reference) against c, d (current).</summary>
    /// <param name="a">The reference's first cell.</param>
    /// <param name="b">Its second.</param>
    /// <param name="c">The current window's first cell.</param>
    /// <param name="d">Its second.</param>
    /// <exception cref="ArgumentException">A negative count, or an empty side.</exception>
    public static TestResult Test(long a, long b, long c, long d)
    {
        if (Math.Min(Math.Min(a, b), Math.Min(c, d)) < 0) throw new ArgumentException("A count must not be negative.", nameof(a));
        if (a + b == 0 || c + d == 0) throw new ArgumentException("A side has no value.", nameof(a));
        var (row, column, all) = (a + b, a + c, a + b + c + d);
        if (column == 0 || column == all) return new(1, 1, row, c + d, TestMethod.Exact, 0);
        var phi = Math.Abs(((double)a * d - (double)b * c) / (Math.Sqrt((double)row * (c + d)) * Math.Sqrt((double)column * (b + d))));
        return new(Odds(a, b, c, d), Math.Min(1, PValue(a, row, column, all)), row, c + d, TestMethod.Exact, phi);
    }

    // A zero below: as large as a number gets, for no statistic is infinite.
    private static double Odds(long a, long b, long c, long d) => b == 0 || c == 0 ? a == 0 || d == 0 ? 0 : double.MaxValue : (double)a * d / ((double)b * c);

    private static double PValue(long a, long row, long column, long all)
    {
        long low = Math.Max(0, column - (all - row)), high = Math.Min(row, column);
        var mode = Math.Clamp((long)((row + 1.0) * (column + 1.0) / (all + 2.0)), low, high);
        var seen = Log(a, row, column, all) + Slack;
        // From both ends towards the mode: the probabilities rise, and what is above the one seen ends the walk.
        return Tail(low, mode, 1) + Tail(high, mode + 1, -1);

        double Tail(long from, long to, int step)
        {
            if (step > 0 ? from > to : from < to) return 0;
            var last = Last(from, to, step);
            if (last is not { } end) return 0;
            var (sum, term) = (0.0, Math.Exp(Log(end, row, column, all)));
            for (var k = end; term > sum * 1e-18; k -= step)
            {
                sum += term;
                if (k == from) break;
                term *= step > 0 ? (double)k * (all - row - column + k) / ((row - k + 1.0) * (column - k + 1.0)) : (row - (double)k) * (column - k) / ((k + 1.0) * (all - row - column + k + 1.0));
            }
            return sum;
        }

        // The cell nearest to the mode that is no likelier than the one seen; null when none is.
        long? Last(long from, long to, int step)
        {
            if (Log(from, row, column, all) > seen) return null;
            while (from != to)
            {
                var middle = from + (to - from + (step > 0 ? 1 : -1)) / 2;
                if (Log(middle, row, column, all) <= seen) from = middle;
                else to = middle - step;
            }
            return from;
        }
    }

    /// <summary>ln of the hypergeometric probability.</summary>
    private static double Log(long k, long row, long column, long all) => BinomialLaw.LogHypergeometric(k, row, all - row, column);
}
