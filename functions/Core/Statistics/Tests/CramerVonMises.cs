namespace Serverless.Core.Statistics;

/// <summary>The two-sample Cramér–von Mises test: exact up to 22 values in all, by every way to deal them, else by its limit law. Effect: the root mean square of F − G over both samples.</summary>
/// <remarks>Anderson, Annals of Mathematical Statistics 33 (1962); the limit law is Anderson and Darling's (1952). Ties share mean ranks.</remarks>
public static class CramerVonMises
{
    private const int ExactLimit = 22;

    /// <summary>Tests samples in any order.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or a sample is empty.</exception>
    public static TestResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        reference.Length + current.Length <= ExactLimit ? Exact(reference, current) : Asymptotic(reference, current);

    /// <summary>By the limit law.</summary>
    public static TestResult Asymptotic(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var ranks = new PooledRanks(reference, current);
        double n = ranks.Reference.Length, m = ranks.Current.Length, k = n * m, all = n + m;
        var t = Statistic(ranks);
        var expectation = (1 + 1 / all) / 6;
        var variance = (all + 1) * (4 * k * all - 3 * (n * n + m * m) - 2 * k) / (45 * all * all * 4 * k);
        var limit = 1.0 / 6 + (t - expectation) / Math.Sqrt(45 * variance);
        return Result(ranks, t, variance > 0 ? LimitSurvival(limit) : 1, TestMethod.Asymptotic);
    }

    // Every way to deal the pooled values, as likely as any other; ties are dealt like all else.
    private static TestResult Exact(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var ranks = new PooledRanks(reference, current);
        double[] pooled = [.. ranks.ReferenceRanks.Concat(ranks.CurrentRanks).Order()];
        int n = ranks.Reference.Length, m = ranks.Current.Length, hits = 0, ways = 0;
        var least = n * Gaps(ranks.ReferenceRanks) + m * Gaps(ranks.CurrentRanks) - 1e-9;
        Deal(0, 0, 0);
        return Result(ranks, Statistic(ranks), (double)hits / ways, TestMethod.Exact);

        void Deal(int taken, int at, double sum)
        {
            if (at == pooled.Length)
            {
                ways++;
                hits += sum >= least ? 1 : 0;
                return;
            }
            double first = pooled[at] - (taken + 1), second = pooled[at] - (at - taken + 1);
            if (taken < n) Deal(taken + 1, at + 1, sum + n * first * first);
            if (at - taken < m) Deal(taken, at + 1, sum + m * second * second);
        }
    }

    private static double Statistic(PooledRanks ranks)
    {
        double n = ranks.Reference.Length, m = ranks.Current.Length, k = n * m, all = n + m;
        return (n * Gaps(ranks.ReferenceRanks) + m * Gaps(ranks.CurrentRanks)) / (k * all) - (4 * k - 1) / (6 * all);
    }

    private static TestResult Result(PooledRanks ranks, double t, double p, TestMethod method)
    {
        double n = ranks.Reference.Length, m = ranks.Current.Length;
        return new(t, p, ranks.Reference.Length, ranks.Current.Length, method, Math.Sqrt(Math.Max(0, t * (n + m) / (n * m))));
    }

    private static double Gaps(double[] ranks)
    {
        var sum = 0.0;
        for (var i = 0; i < ranks.Length; i++) sum += (ranks[i] - (i + 1)) * (ranks[i] - (i + 1));
        return sum;
    }

    /// <summary>1 − Σ Γ(k + ½)/(Γ(k + 1) π^1.5 √x) √(4k + 1) e^−q K¼(q), q = (4k + 1)²/16x.</summary>
    private static double LimitSurvival(double x)
    {
        if (x < 0.003) return 1;
        // Γ(½)/Γ(1) = √π, and from one to the next (k − ½)/k.
        var (sum, weight) = (0.0, 1 / (Math.PI * Math.Sqrt(x)));
        for (var k = 0; k < 200; k++)
        {
            double y = 4 * k + 1, q = y * y / (16 * x);
            var term = weight * Math.Sqrt(y) * Math.Exp(-2 * q) * ScaledQuarterBessel(q);
            sum += term;
            if (term < 1e-17) break;
            weight *= (k + 0.5) / (k + 1);
        }
        // One minus the sum has no more digits; a p-value of 0 would claim the impossible.
        return Math.Clamp(1 - sum, 1e-16, 1);
    }

    /// <summary>e^q K¼(q) = ∫₀^∞ e^(−q(cosh t − 1)) cosh(t/4) dt by the trapezoidal rule, which for this integrand is as exact as doubles are: one minus the sum needs every digit.</summary>
    private static double ScaledQuarterBessel(double q)
    {
        const double Step = 0.03125;
        var sum = 0.5;
        for (var t = Step; ; t += Step)
        {
            // 2 sinh²(t/2) is cosh t − 1 without loss near 0.
            var half = Math.Sinh(t / 2);
            var term = Math.Exp(-2 * q * half * half) * Math.Cosh(t / 4);
            sum += term;
            if (term < 1e-18 * sum) return sum * Step;
        }
    }
}
