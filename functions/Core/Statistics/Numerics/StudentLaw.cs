using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Serverless.Core.Statistics;

/// <summary>Tails of Student's t and of Fisher's F, with their digits far out.</summary>
/// <remarks>Abramowitz and Stegun, 26.7.1 and 26.6.2, through the incomplete beta function.</remarks>
public static class StudentLaw
{
    // Beyond, t² is no double, and the first term of the tail is the tail to the last digit.
    private const double Far = 1e150;

    /// <summary>P(|t| ≥ the given) = I(ν/(ν + t²); ν/2, ½). Zero only where that is below 4.9e-324; with one degree of freedom no finite t is so far out.</summary>
    /// <param name="t">The statistic.</param>
    /// <param name="freedom">ν, above zero, not necessarily whole.</param>
    /// <exception cref="ArgumentException">t is not a number, or ν is not above zero.</exception>
    public static double TwoSided(double t, double freedom)
    {
        var size = Math.Abs(t);
        Require.Within(size, 0, double.PositiveInfinity, nameof(t));
        Require.Within(freedom, double.Epsilon, double.PositiveInfinity, nameof(freedom));
        if (double.IsPositiveInfinity(size)) return 0;
        if (double.IsPositiveInfinity(freedom)) return NormalLaw.TwoSided(size);
        return size < Far ? BetaLaw.Lower(freedom / 2, 0.5, freedom / (freedom + size * size), size * size / (freedom + size * size)) : Tail(size, freedom);
    }

    /// <summary>P(t ≥ the given).</summary>
    /// <exception cref="ArgumentException">As <see cref="TwoSided"/>.</exception>
    public static double Survival(double t, double freedom) => t > 0 ? TwoSided(t, freedom) / 2 : 1 - TwoSided(t, freedom) / 2;

    /// <summary>The t that |t| stays below with probability <paramref name="level"/>, by Newton's steps on the tail from the library's value.</summary>
    internal static double Quantile(double level, double freedom)
    {
        var t = StudentT.InvCDF(0, 1, freedom, (1 + level) / 2);
        for (var step = 0; step < 3; step++) t += (TwoSided(t, freedom) - (1 - level)) / (2 * StudentT.PDF(0, 1, freedom, t));
        return t;
    }

    /// <summary>P(F ≥ the given) with so many degrees above and below the line.</summary>
    internal static double FisherF(double f, double above, double below) =>
        f <= 0 ? 1 : double.IsPositiveInfinity(f) ? 0 : BetaLaw.Lower(below / 2, above / 2, below / (below + above * f), above * f / (below + above * f));

    /// <summary>x^a/(a B(a, ½)) with x = ν/t², a = ν/2.</summary>
    private static double Tail(double t, double freedom)
    {
        var a = freedom / 2;
        return Math.Exp(a * (Math.Log(freedom) - 2 * Math.Log(t)) - Math.Log(a) - SpecialFunctions.GammaLn(a) - SpecialFunctions.GammaLn(0.5) + SpecialFunctions.GammaLn(a + 0.5));
    }
}
