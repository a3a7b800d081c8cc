namespace Serverless.Core.Statistics;

/// <summary>The two-sided Kolmogorov–Smirnov law of one sample: at finite n, and its limit.</summary>
/// <remarks>
/// Which formula serves where: Simard and L'Ecuyer, Journal of Statistical Software 39/11 (2011).
/// Their parts: Ruben and Gambino (1982) at the ends; Marsaglia, Tsang and Wang (2003) in the middle; Pelz and Good (1976) for large n;
/// twice the one-sided law where both sides cannot be crossed at once.
/// </remarks>
internal static class KolmogorovLaw
{
    /// <summary>P(D ≥ x) for n observations.</summary>
    public static double Survival(long n, double x)
    {
        var t = n * x;
        if (n < 1 || t <= 0.5)
            return 1;
        if (x >= 1)
            return 0;
        if (t <= 1)
            return 1 - Math.Exp(MathNet.Numerics.SpecialFunctions.GammaLn(n + 1) + n * Math.Log((2 * t - 1) / n));
        if (t >= n - 1)
            return 2 * Math.Pow(1 - x, n);
        return Math.Clamp(Middle(n, x, t * x), 0, 1);
    }

    /// <summary>The limit law, P(√n D ≥ z) = 2 Σ (−1)^(k−1) exp(−2k²z²).</summary>
    public static double Limit(double z)
    {
        if (z < 0.2)
            return 1;
        double sum = 0, sign = 1;
        for (var k = 1; k < 100; k++, sign = -sign)
        {
            var term = Math.Exp(-2.0 * k * k * z * z);
            sum += sign * term;
            if (term < 1e-17)
                break;
        }
        return Math.Clamp(2 * sum, 0, 1);
    }

    private static double Middle(long n, double x, double square)
    {
        if (square > 370)
            return 0;
        if (x >= 0.5 || square >= (n <= 140 ? 4 : 2.2))
            return 2 * SmirnovLaw.Survival(n, x);
        return n <= 140 || (n <= 100_000 && n * Math.Pow(x, 1.5) <= 1.4) ? 1 - MatrixPower(n, x) : 1 - PelzGood(n, x);
    }

    /// <summary>P(D &lt; x) as n!/nⁿ times the middle entry of a matrix to the n-th power.</summary>
    private static double MatrixPower(long n, double x)
    {
        var k = (int)Math.Ceiling(n * x);
        int size = 2 * k - 1;
        var power = new ScaledMatrix(size, Steps(size, k - n * x)).Power(n);
        double value = power[k - 1, k - 1];
        var exponent = (double)power.Exponent;
        for (long i = 1; i <= n; i++)
        {
            value *= (double)i / n;
            if (value < 1e-140)
            {
                value *= 1e140;
                exponent -= 140;
            }
        }
        return value * Math.Pow(10, exponent);
    }

    private static double[] Steps(int size, double h)
    {
        var steps = new double[size * size];
        for (var i = 0; i < size; i++)
            for (var j = 0; j < size; j++)
                steps[i * size + j] = i - j + 1 < 0 ? 0 : 1;
        for (var i = 0; i < size; i++)
        {
            steps[i * size] -= Math.Pow(h, i + 1);
            steps[(size - 1) * size + i] -= Math.Pow(h, size - i);
        }
        steps[(size - 1) * size] += 2 * h - 1 > 0 ? Math.Pow(2 * h - 1, size) : 0;
        for (var i = 0; i < size; i++)
            for (var j = 0; j < size; j++)
                for (var g = 2; g <= i - j + 1; g++)
                    steps[i * size + j] /= g;
        return steps;
    }

    /// <summary>P(D &lt; x) ≈ K₀ + K₁/√n + K₂/n + K₃/n^1.5 at z = √n x.</summary>
    private static double PelzGood(long n, double x)
    {
        const double P2 = Math.PI * Math.PI, P4 = P2 * P2, P6 = P4 * P2;
        double z = Math.Sqrt(n) * x, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, z8 = z4 * z4;
        double k0 = 0, k1 = 0, k2 = 0, k3 = 0, k2Extra = 0, k3Extra = 0;
        for (var k = (int)Math.Ceiling(16 * z / Math.PI); k >= 1; k--)
        {
            double m2 = (2.0 * k - 1) * (2 * k - 1), m4 = m2 * m2, w = Math.Exp(-m2 * P2 / (8 * z2));
            k0 += w;
            k1 += w * (P2 / 4 * m2 - z2);
            k2 += w * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * P2 / 4 * m2 + P4 * (1 - 2 * z2) / 16 * m4);
            k3 += w * (-30 * z6 - 90 * z8 + P2 * (135 * z4 - 96 * z6) / 4 * m2 + P4 * (212 * z4 - 60 * z2) / 16 * m4 + P6 * (5 - 30 * z2) / 64 * m4 * m2);
            double s = (double)k * k, v = s * Math.Exp(-s * P2 / (2 * z2));
            k2Extra += v;
            k3Extra += v * (3 * z2 - P2 * s);
        }
        k2 = k2 / (72 * z6 * z) - P2 * k2Extra / (36 * z2 * z);
        k3 = k3 / (6480 * z8 * z2) + P2 * k3Extra / (216 * z6);
        return Math.Sqrt(2 * Math.PI) * (k0 / z + k1 / (6 * z4 * Math.Sqrt(n)) + k2 / n + k3 / (n * Math.Sqrt(n)));
    }
}
