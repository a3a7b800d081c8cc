namespace Serverless.Core.Statistics;

/// <summary>The z-test of two proportions with the pooled variance. Effect: the difference of the shares.</summary>
/// <remarks>Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (2003), 3.2: its z² is Pearson's χ² of the table.</remarks>
public static class TwoProportions
{
    /// <summary>z = (p − q)/√(π(1 − π)(1/n + 1/m)), π the share of both together; two-sided unless told. Null where every trial of both sides ended alike.</summary>
    /// <exception cref="ArgumentException">No trial on a side, or more successes than trials.</exception>
    public static TestResult? Test(long referenceSuccesses, long referenceTrials, long currentSuccesses, long currentTrials, Alternative alternative = Alternative.TwoSided)
    {
        Check(referenceSuccesses, referenceTrials, nameof(referenceSuccesses));
        Check(currentSuccesses, currentTrials, nameof(currentSuccesses));
        double n = referenceTrials, m = currentTrials, p = referenceSuccesses / n, q = currentSuccesses / m;
        var pooled = (referenceSuccesses + (double)currentSuccesses) / (n + m);
        var variance = pooled * (1 - pooled) * (1 / n + 1 / m);
        if (variance == 0) return null;
        var z = (p - q) / Math.Sqrt(variance);
        return new(z, NormalLaw.Tail(z, alternative), referenceTrials, currentTrials, TestMethod.Asymptotic, Math.Abs(p - q));
    }

    /// <summary>Newcombe's interval of p − q from Wilson's intervals of each.</summary>
    /// <remarks>Newcombe, Statistics in Medicine 17 (1998), method 10.</remarks>
    public static ConfidenceInterval Difference(long referenceSuccesses, long referenceTrials, long currentSuccesses, long currentTrials, double level)
    {
        Check(referenceSuccesses, referenceTrials, nameof(referenceSuccesses));
        Check(currentSuccesses, currentTrials, nameof(currentSuccesses));
        double p = (double)referenceSuccesses / referenceTrials, q = (double)currentSuccesses / currentTrials;
        var (a, b) = (Intervals.Wilson(referenceSuccesses, referenceTrials, level)!.Value, Intervals.Wilson(currentSuccesses, currentTrials, level)!.Value);
        return new(p - q - double.Hypot(p - a.Low, b.High - q), p - q + double.Hypot(a.High - p, q - b.Low), level, IntervalMethod.Wilson);
    }

    private static void Check(long successes, long trials, string name)
    {
        if (trials < 1) throw new ArgumentException("A side needs a trial.", name);
        Require.Within(successes, 0, trials, name);
    }
}
