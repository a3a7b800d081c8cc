namespace Serverless.Core.Statistics;

/// <summary>The regularised incomplete beta function, with its digits far out in both tails.</summary>
/// <remarks>
/// The continued fraction of DLMF 8.17.22 by Lentz's method (Thompson and Barnett 1986), times a prefactor by Loader's saddle point, which does not
/// cancel where log-gammas do. Zero only below the smallest double, 4.9e-324.
/// </remarks>
internal static class BetaLaw
{
    private const double Tiny = 1e-300;

    /// <summary>I_x(a, b), a and b positive, with y = 1 − x given by itself, so that neither loses digits.</summary>
    public static double Lower(double a, double b, double x, double y) =>
        x <= 0 ? 0 : y <= 0 ? 1 : x * (a + b + 2) < a + 1 ? Part(a, b, x, y) : 1 - Part(b, a, y, x);

    private static double Part(double a, double b, double x, double y) =>
        Math.Min(1, BinomialLaw.Density(a, a + b, x, y) * (b / (a + b)) / Fraction(a, b, x));

    /// <summary>1 + d₁/(1 + d₂/(1 + …)).</summary>
    private static double Fraction(double a, double b, double x)
    {
        double value = 1, upper = 1, lower = 0;
        for (var step = 1; step < 1_000_000; step++)
        {
            int m = step / 2;
            var d = step % 2 == 0
                ? m * (b - m) * x / ((a + step - 1) * (a + step))
                : -(a + m) * (a + b + m) * x / ((a + step - 1) * (a + step));
            lower = 1 / NotZero(1 + d * lower);
            upper = NotZero(1 + d / upper);
            value *= upper * lower;
            if (Math.Abs(upper * lower - 1) < 3e-16) break;
        }
        return value;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
}
