namespace Serverless.Core.Statistics;

/// <summary>The one-sided Kolmogorov–Smirnov law of one sample at finite n.</summary>
/// <remarks>Smirnov 1944; Birnbaum and Tingey, Annals of Mathematical Statistics 22 (1951).</remarks>
internal static class SmirnovLaw
{
    private const int Nodes = 8192;

    /// <summary>P(D⁺ ≥ x) = x Σ C(n, j) (x + j/n)^(j−1) (1 − x − j/n)^(n−j) over j ≤ n(1 − x).</summary>
    /// <remarks>
    /// Above 8,192 the terms are a smooth function of j that vanishes with all derivatives at both ends,
    /// so the sum over every h-th term times h equals the sum to rounding, and n = 10⁹ costs what 8,192 does.
    /// </remarks>
    public static double Survival(long n, double x)
    {
        if (x <= 0)
            return 1;
        if (x >= 1)
            return 0;
        long last = (long)Math.Floor(n * (1 - x)), stride = Math.Max(1, n / Nodes);
        var sum = 0.0;
        for (long j = 0; j <= last; j += stride)
        {
            var at = x + (double)j / n;
            sum += BinomialLaw.Density(j, n, at, Math.Max(0, 1 - at)) / at;
        }
        return Math.Min(1, sum * x * stride);
    }
}
