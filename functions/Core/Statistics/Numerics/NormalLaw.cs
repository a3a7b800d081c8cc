using MathNet.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>Tails of the standard normal law, with their digits far out.</summary>
internal static class NormalLaw
{
    /// <summary>P(Z ≥ z).</summary>
    public static double Survival(double z) => 0.5 * SpecialFunctions.Erfc(z / Math.Sqrt(2));

    /// <summary>P(|Z| ≥ |z|).</summary>
    public static double TwoSided(double z) => SpecialFunctions.Erfc(Math.Abs(z) / Math.Sqrt(2));
}
