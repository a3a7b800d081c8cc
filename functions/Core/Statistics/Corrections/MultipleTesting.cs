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
    /// <summary>1 − (1 − p)^m: family-wise error, independent tests. Šidák, JASA 62 (1967).</summary>
    Sidak,
    /// <summary>Hochberg's step-up of Holm's factors: family-wise error, independent or positively dependent tests. Hochberg, Biometrika 75 (1988).</summary>
    Hochberg,
    /// <summary>Hommel's: family-wise error where Simes' inequality holds, never weaker than Hochberg. Hommel, Biometrika 75 (1988).</summary>
    Hommel,
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
        Adjust(sorted, correction);
        Array.Sort(order, sorted);
        return sorted;
    }

    // In order of the p-values, smallest first.
    private static void Adjust(double[] sorted, Correction correction)
    {
        if (correction is Correction.Hommel) Hommel(sorted);
        for (var rank = 0; rank < sorted.Length; rank++)
            sorted[rank] = correction is Correction.Sidak ? -double.ExpM1(sorted.Length * double.LogP1(-sorted[rank])) : Math.Min(1, sorted[rank] * Factor(correction, rank + 1, sorted.Length));
        if (correction is Correction.Holm)
            for (var rank = 1; rank < sorted.Length; rank++)
                sorted[rank] = Math.Max(sorted[rank], sorted[rank - 1]);
        if (correction is Correction.BenjaminiHochberg or Correction.BenjaminiYekutieli or Correction.Hochberg)
            for (var rank = sorted.Length - 2; rank >= 0; rank--)
                sorted[rank] = Math.Min(sorted[rank], sorted[rank + 1]);
    }

    /// <summary>For every number of true hypotheses, Simes' p of the largest so many bounds each of them: Wright, Biometrics 48 (1992), table 2. O(m²).</summary>
    private static void Hommel(double[] sorted)
    {
        var adjusted = sorted.AsSpan().ToArray();
        for (int count = sorted.Length, part = count; part > 1; part--)
        {
            var simes = Enumerable.Range(1, part).Min(rank => part * sorted[count - part + rank - 1] / rank);
            for (var at = 0; at < count; at++)
                adjusted[at] = Math.Max(adjusted[at], at >= count - part ? simes : Math.Min(part * sorted[at], simes));
        }
        adjusted.CopyTo(sorted, 0);
    }

    private static double Factor(Correction correction, int rank, int count) => correction switch
    {
        Correction.None => 1,
        Correction.Bonferroni => count,
        Correction.Holm or Correction.Hochberg => count - rank + 1,
        Correction.Sidak or Correction.Hommel => 1,
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
