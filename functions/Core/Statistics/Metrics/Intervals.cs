using MathNet.Numerics.Distributions;

namespace Serverless.Core.Statistics;

/// <summary>Analytic confidence intervals.</summary>
public static class Intervals
{
    /// <summary>Wilson's score interval for k of n: (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n).</summary>
    /// <remarks>Wilson, JASA 22 (1927). Never leaves [0, 1], sound at 0 and n. Null for n = 0.</remarks>
    public static ConfidenceInterval? Wilson(double successes, double trials, double level)
    {
        Require.Level(level);
        Require.Within(successes, 0, trials, nameof(successes));
        if (trials == 0)
            return null;
        var z = NormalQuantile(level);
        var p = successes / trials;
        var square = z * z / trials;
        var centre = p + square / 2;
        var half = z * Math.Sqrt(p * (1 - p) / trials + square / (4 * trials));
        // Exact at the ends, where rounding would leave ±1e-17.
        var low = successes == 0 ? 0 : (centre - half) / (1 + square);
        var high = successes == trials ? 1 : (centre + half) / (1 + square);
        return new(low, high, level, IntervalMethod.Wilson);
    }

    /// <summary>Clopper and Pearson's interval for k of n: every p under which neither P(X ≥ k) nor P(X ≤ k) is below (1 − level)/2. Null for n = 0.</summary>
    /// <remarks>Clopper and Pearson, Biometrika 26 (1934). Covers at least at its level, mostly more.</remarks>
    public static ConfidenceInterval? ClopperPearson(long successes, long trials, double level)
    {
        Require.Level(level);
        Require.Within(successes, 0, trials, nameof(successes));
        if (trials == 0)
            return null;
        double tail = (1 - level) / 2, k = successes, n = trials;
        var low = successes == 0 ? 0 : Root(p => BetaLaw.Lower(k, n - k + 1, p, 1 - p) < tail);
        var high = successes == trials ? 1 : Root(p => BetaLaw.Lower(n - k, k + 1, 1 - p, p) > tail);
        return new(low, high, level, IntervalMethod.ClopperPearson);
    }

    /// <summary>p̃ ± z·√(p̃(1 − p̃)/ñ), ñ = n + z², p̃ = (k + z²/2)/ñ, kept within [0, 1]. Null for n = 0.</summary>
    /// <remarks>Agresti and Coull, American Statistician 52 (1998).</remarks>
    public static ConfidenceInterval? AgrestiCoull(long successes, long trials, double level)
    {
        Require.Level(level);
        Require.Within(successes, 0, trials, nameof(successes));
        if (trials == 0)
            return null;
        double z = NormalQuantile(level), n = trials + z * z, p = (successes + z * z / 2) / n, half = z * Math.Sqrt(p * (1 - p) / n);
        return new(Math.Max(0, p - half), Math.Min(1, p + half), level, IntervalMethod.AgrestiCoull);
    }

    /// <summary>The (weighted) mean m = Σwx/Σw with m ± t(n−1)·se, se² = n/(n−1)·Σw²(x−m)²/(Σw)²; without weights that is s²/n.</summary>
    /// <remarks>Student 1908; the linearised variance of a ratio, Cochran, Sampling Techniques, 6.3. No interval below two rows.</remarks>
    public static Estimate Mean(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, double level)
    {
        Require.Level(level);
        Require.Finite(values, nameof(values));
        Require.Weights(weights, values.Length);
        double total = 0, sum = 0;
        var used = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            total += w;
            sum += w * values[i];
            used += w > 0 ? 1 : 0;
        }
        if (total == 0)
            return Estimate.Undefined(values.Length);
        var mean = sum / total;
        return new(mean, used < 2 ? null : Student(mean, StandardError(values, weights, mean, total, used), used - 1, level), values.Length);
    }

    /// <summary>mean ± t(df)·se.</summary>
    public static ConfidenceInterval Student(double mean, double standardError, double freedom, double level)
    {
        var half = StudentLaw.Quantile(level, freedom) * standardError;
        return new(mean - half, mean + half, level, IntervalMethod.StudentT);
    }

    /// <summary>tanh(atanh(r) ± z·se): the interval of a correlation, null for fewer than four rows or |r| = 1.</summary>
    /// <remarks>se is √(1/(n−3)) for Pearson (Fisher 1921), √((1+r²/2)/(n−3)) for Spearman (Bonett, Wright 2000), √(0.437/(n−4)) for Kendall (Fieller, Hartley, Pearson 1957).</remarks>
    public static ConfidenceInterval? Correlation(double r, double standardError, double level)
    {
        if (!double.IsFinite(standardError) || Math.Abs(r) >= 1)
            return null;
        var half = NormalQuantile(level) * standardError;
        var z = Math.Atanh(r);
        return new(Math.Tanh(z - half), Math.Tanh(z + half), level, IntervalMethod.FisherZ);
    }

    /// <summary>An estimate in (0, 1) with a variance, on the logit scale: logit(p) ± z·se / (p(1−p)).</summary>
    /// <remarks>Pepe, The Statistical Evaluation of Medical Tests (2003), 5.2.5: stays within (0, 1) and covers better near the ends.</remarks>
    internal static ConfidenceInterval Logit(double value, double variance, double level, IntervalMethod method)
    {
        var half = NormalQuantile(level) * Math.Sqrt(variance) / (value * (1 - value));
        var centre = Math.Log(value / (1 - value));
        return new(1 / (1 + Math.Exp(half - centre)), 1 / (1 + Math.Exp(-half - centre)), level, method);
    }

    internal static double NormalQuantile(double level) => Normal.InvCDF(0, 1, (1 + level) / 2);

    // Where a condition ends that holds from 0 on, by halving.
    private static double Root(Func<double, bool> below)
    {
        double low = 0, high = 1;
        for (var step = 0; step < 100; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = below(middle) ? (middle, high) : (low, middle);
        }
        return high;
    }

    private static double StandardError(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, double mean, double total, int used)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var d = (weights.IsEmpty ? 1 : weights[i]) * (values[i] - mean);
            sum += d * d;
        }
        return Math.Sqrt(sum * used / (used - 1)) / total;
    }
}
