namespace Serverless.Core.Statistics;

/// <summary>Tests of a contingency table of reference and current counts. Effect: Cramér's V.</summary>
/// <remarks>Pearson (1900); G: Sokal and Rohlf, Biometry. Columns empty on both sides say nothing and are left out.</remarks>
public static class ChiSquare
{
    /// <summary>Pearson's χ² = Σ (O − E)²/E on columns − 1 degrees; with <paramref name="yates"/> and one degree, |O − E| is lessened by at most ½.</summary>
    public static TestResult Pearson(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, bool yates) =>
        Test(reference, current, yates, (o, e) => (o - e) * (o - e) / e);

    /// <summary>G = 2 Σ O ln(O/E).</summary>
    public static TestResult LikelihoodRatio(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        Test(reference, current, false, (o, e) => o <= 0 ? 0 : 2 * o * Math.Log(o / e));

    /// <summary>P(χ² with <paramref name="degrees"/> ≥ statistic). Zero only below the smallest double, 4.9e-324: with one degree from a statistic of 1,483 on.</summary>
    public static double Survival(double statistic, double degrees) => GammaLaw.Upper(degrees / 2, statistic / 2);

    private static TestResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, bool yates, Func<double, double, double> term)
    {
        Require.SameLength(reference.Length, current.Length, nameof(current));
        double n = Total(reference), m = Total(current), statistic = 0, pearson = 0;
        var degrees = -1;
        for (var i = 0; i < reference.Length; i++)
            degrees += reference[i] + current[i] > 0 ? 1 : 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var share = (reference[i] + current[i]) / (n + m);
            if (share == 0 || degrees == 0)
                continue;
            Add(reference[i], share * n);
            Add(current[i], share * m);
        }
        return new(statistic, degrees == 0 ? 1 : Survival(statistic, degrees), (long)n, (long)m, TestMethod.Asymptotic, Math.Sqrt(pearson / (n + m)));

        void Add(double observed, double expected)
        {
            var gap = yates && degrees == 1 ? Math.Min(0.5, Math.Abs(expected - observed)) * Math.Sign(expected - observed) : 0;
            statistic += term(observed + gap, expected);
            pearson += (observed - expected) * (observed - expected) / expected;
        }
    }

    private static double Total(ReadOnlySpan<double> counts)
    {
        var total = 0.0;
        foreach (var count in counts)
            total += count >= 0 && double.IsFinite(count) ? count : throw new ArgumentException("A count must be finite and not negative.");
        return total > 0 ? total : throw new ArgumentException("A side has no value.");
    }
}
