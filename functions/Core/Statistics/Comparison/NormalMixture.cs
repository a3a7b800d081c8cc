namespace Serverless.Core.Statistics;

/// <summary>The mixture sequential probability ratio test of a mean or of a difference of means whose law is not bounded: always valid where the mean is normal with the variance given, asymptotically elsewhere.</summary>
/// <remarks>
/// Λ = √(V/(V+τ²))·exp(τ²d²/(2V(V+τ²))), d the estimate less the hypothesis, V its squared standard error, τ² the variance of the
/// mixing law, the size of effects worth finding (Robbins 1970; Johari, Koomen, Pekelis, Walsh, Operations Research 70 (2022)).
/// With an estimated V give a burn-in: the guarantee is that of Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (Annals of Statistics 52, 2024).
/// </remarks>
public static class NormalMixture
{
    /// <summary>log Λ at this look.</summary>
    public static double LogEvidence(double difference, double standardError, double effect)
    {
        Check(difference, standardError, effect);
        var (v, t) = (standardError * standardError, effect * effect);
        return 0.5 * Math.Log(v / (v + t)) + t * difference * difference / (2 * v * (v + t));
    }

    /// <summary>min(1, 1/Λ) at this look; the test's p is the smallest over all looks so far.</summary>
    public static double PValue(double difference, double standardError, double effect) =>
        Math.Min(1, Math.Exp(-LogEvidence(difference, standardError, effect)));

    /// <summary>d ± √(V(V+τ²)/τ²·(log((V+τ²)/V) − 2·log α)): what Λ does not refute.</summary>
    public static ConfidenceInterval Interval(double difference, double standardError, double effect, double alpha)
    {
        Check(difference, standardError, effect);
        Require.Level(1 - alpha);
        var (v, t) = (standardError * standardError, effect * effect);
        var half = Math.Sqrt(v * (v + t) / t * (Math.Log((v + t) / v) - 2 * Math.Log(alpha)));
        return new(difference - half, difference + half, 1 - alpha, IntervalMethod.Sequence);
    }

    private static void Check(double difference, double standardError, double effect)
    {
        if (!(double.IsFinite(difference) && standardError > 0 && effect > 0 && double.IsFinite(standardError) && double.IsFinite(effect)))
            throw new ArgumentException("Difference, standard error and effect are finite, the last two positive.", nameof(difference));
    }
}
