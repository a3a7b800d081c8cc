using MathNet.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>Whether two classifiers err equally often, from the rows where just one of them errs.</summary>
/// <remarks>McNemar, Psychometrika 12 (1947); mid-p: Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13 (2013).</remarks>
public static class McNemar
{
    /// <summary>2·P(X ≤ min(b, c)), X ~ Bin(b + c, ½), at most 1; p = 1 without discordant rows.</summary>
    public static PairedResult Exact(int onlyFirst, int onlySecond, int count)
    {
        var (n, k) = Discordant(onlyFirst, onlySecond, count);
        return Result(ComparisonMethod.McNemarExact, onlyFirst, onlySecond, k, Math.Min(1, 2 * Tail(k, n)), count);
    }

    /// <summary>The exact p less P(X = min(b, c)): nearer the nominal level, hardly ever above it.</summary>
    public static PairedResult MidP(int onlyFirst, int onlySecond, int count)
    {
        var (n, k) = Discordant(onlyFirst, onlySecond, count);
        // Tied, both tails are one: half of its mass is taken off once (Fagerland et al., equation 4).
        var p = n == 0 ? 1 : 2 * k == n ? 1 - Mass(k, n) / 2 : 2 * Tail(k, n) - Mass(k, n);
        return Result(ComparisonMethod.McNemarMidP, onlyFirst, onlySecond, k, p, count);
    }

    /// <summary>(|b − c| − correction)² / (b + c) against χ² with one degree; the correction is 1 or 0. No p without discordant rows.</summary>
    public static PairedResult Asymptotic(int onlyFirst, int onlySecond, int count, bool corrected)
    {
        var (n, _) = Discordant(onlyFirst, onlySecond, count);
        var method = corrected ? ComparisonMethod.McNemarCorrected : ComparisonMethod.McNemarAsymptotic;
        if (n == 0)
            return Result(method, 0, 0, null, null, count);
        var gap = Math.Abs((double)onlyFirst - onlySecond) - (corrected ? 1 : 0);
        var statistic = gap * gap / n;
        return Result(method, onlyFirst, onlySecond, statistic, SpecialFunctions.Erfc(Math.Sqrt(statistic / 2)), count);
    }

    /// <summary>P(X ≤ k), X ~ Bin(n, ½): terms from k down until they no longer count, O(√n).</summary>
    private static double Tail(int k, int n)
    {
        double term = 1, sum = 1;
        for (var i = k; i > 0 && term > sum * 1e-18; i--)
        {
            term *= i / (n - i + 1.0);
            sum += term;
        }
        return Mass(k, n) * sum;
    }

    private static double Mass(int k, int n) =>
        Math.Exp(SpecialFunctions.GammaLn(n + 1.0) - SpecialFunctions.GammaLn(k + 1.0) - SpecialFunctions.GammaLn(n - k + 1.0) - n * Constants.Ln2);

    private static (int Count, int Smaller) Discordant(int b, int c, int count)
    {
        Require.Within(b, 0, count, nameof(b));
        Require.Within(c, 0, count - b, nameof(c));
        return (b + c, Math.Min(b, c));
    }

    private static PairedResult Result(ComparisonMethod method, int b, int c, double? statistic, double? p, int count) =>
        new(method, BinaryConfusion.Ratio((double)b - c, count), statistic, p, null, count);
}
