namespace Serverless.Core.Statistics;

/// <summary>How p-values of many tests are corrected for their number.</summary>
public enum Correction
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>m p: family-wise error, any dependence.</summary>
    Bonferroni,
    /// <summary>Holm's step-down: family-wise error, any dependence, never weaker than Bonferroni. Holm, Scandinavian Journal of Statistics 6 (1979).</summary>
    Holm,
    /// <summary>False discovery rate, independent or positively dependent tests. Benjamini and Hochberg, JRSS B 57 (1995).</summary>
    BenjaminiHochberg,
    /// <summary>False discovery rate, any dependence. Benjamini and Yekutieli, Annals of Statistics 29 (2001).</summary>
    BenjaminiYekutieli,
}

/// <summary>Corrects p-values for their number.</summary>
public static class MultipleTesting
{
    /// <summary>The adjusted p-values, in the order given; reject where one is at or below the level.</summary>
    public static double[] Adjust(ReadOnlySpan<double> pValues, Correction correction)
    {
        Require.Probabilities(pValues, nameof(pValues));
        int count = pValues.Length;
        var sorted = pValues.ToArray();
        var order = Enumerable.Range(0, count).ToArray();
        Array.Sort(sorted, order);
        for (var rank = 0; rank < count; rank++)
            sorted[rank] = Math.Min(1, sorted[rank] * Factor(correction, rank + 1, count));
        if (correction is Correction.Holm)
            for (var rank = 1; rank < count; rank++)
                sorted[rank] = Math.Max(sorted[rank], sorted[rank - 1]);
        if (correction is Correction.BenjaminiHochberg or Correction.BenjaminiYekutieli)
            for (var rank = count - 2; rank >= 0; rank--)
                sorted[rank] = Math.Min(sorted[rank], sorted[rank + 1]);
        Array.Sort(order, sorted);
        return sorted;
    }

    private static double Factor(Correction correction, int rank, int count) => correction switch
    {
        Correction.None => 1,
        Correction.Bonferroni => count,
        Correction.Holm => count - rank + 1,
        Correction.BenjaminiHochberg => (double)count / rank,
        Correction.BenjaminiYekutieli => (double)count / rank * Harmonic(count),
    };

    private static double Harmonic(int count)
    {
        var sum = 0.0;
        for (var i = count; i >= 1; i--)
            sum += 1.0 / i;
        return sum;
    }
}
