namespace Serverless.Core.Statistics;

/// <summary>Binomial and hypergeometric probabilities by the saddle point, full precision where log-gamma loses its digits.</summary>
/// <remarks>C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000).</remarks>
internal static class BinomialLaw
{
    /// <summary>C(n, k) p^k q^(n−k) with q = 1 − p given by itself, so that neither loses digits. Arguments need not be whole.</summary>
    public static double Density(double k, double n, double p, double q) => Math.Exp(LogDensity(k, n, p, q));

    /// <summary>The logarithm of <see cref="Density"/>, which has a value where that is below the smallest double; −∞ where it is 0.</summary>
    public static double LogDensity(double k, double n, double p, double q)
    {
        if (p <= 0 || q <= 0)
            return (p <= 0 && k == 0) || (q <= 0 && k == n) ? 0 : double.NegativeInfinity;
        if (k == 0)
            return n * (p < 0.1 ? -Deviance(n, n * q) / n - p : Math.Log(q));
        if (k == n)
            return n * (q < 0.1 ? double.LogP1(-q) : Math.Log(p));
        var exponent = StirlingError(n) - StirlingError(k) - StirlingError(n - k) - Deviance(k, n * p) - Deviance(n - k, n * q);
        return exponent + 0.5 * Math.Log(n / (2 * Math.PI * k * (n - k)));
    }

    /// <summary>The probability of k marked in a draw of <paramref name="drawn"/> from <paramref name="marked"/> + <paramref name="others"/>.</summary>
    public static double Hypergeometric(long k, long marked, long others, long drawn) => Math.Exp(LogHypergeometric(k, marked, others, drawn));

    /// <summary>Its logarithm.</summary>
    public static double LogHypergeometric(long k, long marked, long others, long drawn)
    {
        if (marked + others == drawn || drawn == 0) return 0;
        double p = (double)drawn / (marked + others), q = (double)(marked + others - drawn) / (marked + others);
        return LogDensity(k, marked, p, q) + LogDensity(drawn - k, others, p, q) - LogDensity(drawn, marked + others, p, q);
    }

    /// <summary>x^k e^−x/k!, k positive and not necessarily whole.</summary>
    public static double Poisson(double k, double x) => Math.Exp(-StirlingError(k) - Deviance(k, x)) / Math.Sqrt(2 * Math.PI * k);

    /// <summary>ln n! − Stirling's formula.</summary>
    private static double StirlingError(double n)
    {
        if (n < 16)
            return MathNet.Numerics.SpecialFunctions.GammaLn(n + 1) - (n + 0.5) * Math.Log(n) + n - 0.5 * Math.Log(2 * Math.PI);
        var s = 1 / (n * n);
        return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - s / 1188) * s) * s) * s) / n;
    }

    /// <summary>x ln(x/m) + m − x without cancellation near x = m.</summary>
    public static double Deviance(double x, double m)
    {
        var v = (x - m) / (x + m);
        if (Math.Abs(v) >= 0.1)
            return x * Math.Log(x / m) + m - x;
        double sum = (x - m) * v, term = 2 * x * v, square = v * v;
        for (var j = 3; j < 200; j += 2)
        {
            term *= square;
            var next = sum + term / j;
            if (next == sum)
                break;
            sum = next;
        }
        return sum;
    }
}
