namespace Serverless.Core.Statistics;

/// <summary>The Brunner–Munzel test of P(x &lt; y) + ½ P(x = y) = ½, whatever the spreads. Effect: the rank-biserial correlation |2 P − 1|.</summary>
/// <remarks>Brunner and Munzel, Biometrical Journal 42 (2000), with Satterthwaite's degrees of freedom. Ten values a side and more, the authors say.</remarks>
public static class BrunnerMunzel
{
    /// <summary>Two-sided; positive where the current values are the larger. Null where it is not defined: a side of one value, or no value of one side among those of the other, so that the variance is 0.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or a sample is empty.</exception>
    public static TestResult? Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var ranks = new PooledRanks(reference, current);
        double n = reference.Length, m = current.Length, x = ranks.ReferenceRanks.Average(), y = ranks.CurrentRanks.Average();
        if (n < 2 || m < 2) return null;
        double a = n * Spread(ranks.ReferenceRanks, ranks.Reference, x), b = m * Spread(ranks.CurrentRanks, ranks.Current, y);
        if (a + b == 0) return null;
        var statistic = n * m * (y - x) / ((n + m) * Math.Sqrt(a + b));
        var freedom = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1));
        return new(statistic, StudentLaw.TwoSided(statistic, freedom), ranks.Reference.Length, ranks.Current.Length, TestMethod.Asymptotic, Math.Abs(2 * (y - x) / (n + m)));
    }

    /// <summary>The variance of what the ranks among both exceed those among the own side by.</summary>
    private static double Spread(double[] pooled, double[] own, double mean)
    {
        double sum = 0, count = own.Length;
        for (int start = 0, end; start < own.Length; start = end)
        {
            for (end = start + 1; end < own.Length && own[end] == own[start]; end++) ;
            var excess = pooled[start] - (start + end + 1) / 2.0 - mean + (count + 1) / 2;
            sum += (end - start) * excess * excess;
        }
        return sum / (count - 1);
    }
}
