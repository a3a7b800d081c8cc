using MathNet.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>Tails of the standard normal law, with their digits far out.</summary>
/// <remarks>erfc (Abramowitz and Stegun, 26.2.29). Zero only below the smallest double: two-sided from |z| = 38.5 on.</remarks>
public static class NormalLaw
{
    /// <summary>P(Z ≥ z).</summary>
    public static double Survival(double z) => 0.5 * SpecialFunctions.Erfc(z / Math.Sqrt(2));

    /// <summary>P(|Z| ≥ |z|).</summary>
    public static double TwoSided(double z) => SpecialFunctions.Erfc(Math.Abs(z) / Math.Sqrt(2));

    /// <summary>The tail that an alternative asks about.</summary>
    internal static double Tail(double z, Alternative alternative) => alternative switch
    {
        Alternative.TwoSided => TwoSided(z),
        Alternative.Less => Survival(-z),
        Alternative.Greater => Survival(z),
    };
}
