using MathNet.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>An always-valid test of one proportion, and by discordant pairs of two models: p may be read after every row.</summary>
/// <remarks>
/// The mixture likelihood ratio under a uniform prior, Λ = B(s+1, f+1) / (p₀ˢ(1−p₀)ᶠ), is a martingale of mean 1 under p = p₀, so
/// P(Λ ever ≥ 1/α) ≤ α (Ville 1939; Robbins, Annals of Mathematical Statistics 41 (1970)). p = min(1, 1/sup Λ): keep the smallest p seen.
/// </remarks>
public static class SequentialProportion
{
    /// <summary>log Λ after so many successes and failures.</summary>
    public static double LogEvidence(long successes, long failures, double proportion)
    {
        Counts(successes, failures);
        if (!(proportion > 0 && proportion < 1))
            throw new ArgumentException("The hypothesis lies between 0 and 1.", nameof(proportion));
        return LogMixture(successes, failures) - successes * Math.Log(proportion) - failures * double.LogP1(-proportion);
    }

    /// <summary>min(1, 1/Λ) at this look; the test's p is the smallest over all looks so far.</summary>
    public static double PValue(long successes, long failures, double proportion) => Math.Min(1, Math.Exp(-LogEvidence(successes, failures, proportion)));

    /// <summary>The proportions that this look does not refute, {p : Λ(p) &lt; 1/α}: a confidence sequence.</summary>
    public static ConfidenceInterval Interval(long successes, long failures, double alpha)
    {
        Counts(successes, failures);
        Require.Level(1 - alpha);
        var centre = successes + failures == 0 ? 0.5 : (double)successes / (successes + failures);
        bool Refuted(double p) => p <= 0 ? successes > 0 : p >= 1 ? failures > 0 : LogEvidence(successes, failures, p) >= -Math.Log(alpha);
        return new(Refuted(0) ? Root(Refuted, 0, centre) : 0, Refuted(1) ? Root(Refuted, 1, centre) : 1, 1 - alpha, IntervalMethod.Sequence);
    }

    /// <summary>Whether two models err equally often, read whenever: McNemar's test by the discordant rows so far.</summary>
    public static double McNemar(long onlyFirst, long onlySecond) => PValue(onlyFirst, onlySecond, 0.5);

    private static double Root(Func<double, bool> refuted, double outside, double inside)
    {
        for (var i = 0; i < 60; i++)
        {
            var middle = (outside + inside) / 2;
            if (refuted(middle))
                outside = middle;
            else
                inside = middle;
        }
        return outside;
    }

    private static double LogMixture(long s, long f) =>
        SpecialFunctions.GammaLn(s + 1.0) + SpecialFunctions.GammaLn(f + 1.0) - SpecialFunctions.GammaLn(s + f + 2.0);

    private static void Counts(long successes, long failures)
    {
        if (successes < 0 || failures < 0)
            throw new ArgumentException("Counts are not negative.", nameof(successes));
    }
}
