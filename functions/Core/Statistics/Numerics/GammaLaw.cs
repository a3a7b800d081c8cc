namespace Serverless.Core.Statistics;

/// <summary>The regularised incomplete gamma function's upper tail, with its digits far out.</summary>
/// <remarks>Series below the mean (DLMF 8.7.1), Legendre's continued fraction above (8.9.2), times Loader's Poisson density. Zero only below the smallest double, 4.9e-324.</remarks>
internal static class GammaLaw
{
    /// <summary>Q(a, x) = Γ(a, x)/Γ(a), a positive.</summary>
    public static double Upper(double a, double x) =>
        x <= 0 ? 1 : double.IsPositiveInfinity(x) ? 0 : x < a + 1
            ? Math.Max(0, 1 - BinomialLaw.Poisson(a, x) * Series(a, x))
            : Math.Min(1, BinomialLaw.Poisson(a, x) * a * Fraction(a, x));

    private static double Series(double a, double x)
    {
        double term = 1, sum = 1;
        for (var n = 1; term > sum * 1e-17; n++)
        {
            term *= x / (a + n);
            sum += term;
        }
        return sum;
    }

    private static double Fraction(double a, double x)
    {
        double b = x + 1 - a, upper = 1e300, lower = 1 / b, value = lower;
        for (var n = 1; n < 1_000_000; n++)
        {
            var d = -n * (n - a);
            b += 2;
            lower = 1 / (d * lower + b);
            upper = b + d / upper;
            value *= lower * upper;
            if (Math.Abs(lower * upper - 1) < 3e-16) break;
        }
        return value;
    }
}
