using MathNet.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>A statistic of two samples, large where they differ.</summary>
public delegate double TwoSampleStatistic(ReadOnlySpan<double> reference, ReadOnlySpan<double> current);

/// <summary>The permutation test of any statistic: how often both samples, dealt anew, differ as much.</summary>
/// <remarks>Fisher (1935); p = (1 + hits)/(1 + replicates), which is never 0 and never too small (Phipson and Smyth 2010). Exact at every size, for ties, too.</remarks>
public static class Permutation
{
    // Sums in another order differ by rounding.
    private const double Slack = 1e-12;

    /// <summary>Tests samples in any order; the same result whatever the number of threads. Effect: the statistic.</summary>
    /// <exception cref="ArgumentException">A value or the samples' own statistic is not finite, a sample is empty, or the plan cannot be.</exception>
    public static TestResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, TwoSampleStatistic statistic, ResamplingPlan plan)
    {
        plan.Check();
        Sample.Check(reference, nameof(reference));
        Sample.Check(current, nameof(current));
        var (observed, n) = (statistic(reference, current), reference.Length);
        if (!double.IsFinite(observed)) throw new ArgumentException("The statistic of these samples is no finite number.", nameof(statistic));
        double[] pooled = [.. reference, .. current];
        var hits = Hits(plan, pooled.Length, (order, _) =>
        {
            var dealt = new double[order.Length];
            for (var i = 0; i < dealt.Length; i++) dealt[i] = pooled[order[i]];
            // What is no number is not smaller: it never makes a p-value smaller either.
            return !(statistic(dealt.AsSpan(0, n), dealt.AsSpan(n)) < observed - Slack * Math.Abs(observed));
        });
        return new(observed, (1.0 + hits) / (1 + plan.Replicates), n, current.Length, TestMethod.Permutation, observed);
    }

    /// <summary>Up to so many ways to deal the values anew are tried one by one.</summary>
    public const int MaximumWays = 1_000_000;

    /// <summary>The share of all ways to deal the values anew on which the statistic is as large: no draws, no seed. Effect: the statistic.</summary>
    /// <exception cref="ArgumentException">As <see cref="Test"/>, or more than <see cref="MaximumWays"/> ways.</exception>
    public static TestResult Enumerate(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, TwoSampleStatistic statistic)
    {
        Sample.Check(reference, nameof(reference));
        Sample.Check(current, nameof(current));
        var (observed, n, m) = (statistic(reference, current), reference.Length, current.Length);
        if (!double.IsFinite(observed)) throw new ArgumentException("The statistic of these samples is no finite number.", nameof(statistic));
        if (SpecialFunctions.Binomial(n + m, n) > MaximumWays) throw new ArgumentException($"More than {MaximumWays} ways: draw instead.", nameof(reference));
        double[] pooled = [.. reference, .. current], dealt = new double[n + m];
        long ways = 0, hits = 0;
        Deal(0, 0);
        return new(observed, (double)hits / ways, n, m, TestMethod.Exact, observed);

        void Deal(int at, int taken)
        {
            if (at == dealt.Length)
            {
                ways++;
                hits += statistic(dealt.AsSpan(0, n), dealt.AsSpan(n)) < observed - Slack * Math.Abs(observed) ? 0 : 1;
                return;
            }
            if (taken < n) Place(taken, taken + 1);
            if (at - taken < m) Place(n + at - taken, taken);

            void Place(int seat, int next)
            {
                dealt[seat] = pooled[at];
                Deal(at + 1, next);
            }
        }
    }

    /// <summary>How many of the plan's orders pass.</summary>
    internal static int Hits(ResamplingPlan plan, int count, Func<int[], int, bool> passes)
    {
        var hits = 0;
        Parallel.For(0, plan.Replicates, plan.Parallelism, replicate =>
        {
            if (passes(Order(plan, count, replicate), replicate)) Interlocked.Increment(ref hits);
        });
        return hits;
    }

    /// <summary>The order of one replicate: Fisher and Yates' shuffle, from the inside out.</summary>
    internal static int[] Order(ResamplingPlan plan, int count, int replicate)
    {
        var (random, order) = (RandomStream.Of(plan.Seed, replicate), new int[count]);
        for (var i = 0; i < count; i++)
        {
            var other = random.Below(i + 1);
            (order[i], order[other]) = (order[other], i);
        }
        return order;
    }
}
