namespace Serverless.Core.Statistics;

/// <summary>Tests of a contingency table of reference and current counts. Effect: Cramér's V.</summary>
/// <remarks>Pearson (1900); G: Sokal and Rohlf, Biometry. Columns empty on both sides say nothing and are left out.</remarks>
public static class ChiSquare
{
    /// <summary>Pearson's χ² = Σ (O − E)²/E on columns − 1 degrees; with <paramref name="yates"/> and one degree, |O − E| is lessened by at most ½.</summary>
    public static TestResult Pearson(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, bool yates) =>
        Test(reference, current, yates, (o, e) => (o - e) * (o - e) / e);

    /// <summary>G = 2 Σ O ln(O/E), summed as O ln(O/E) + E − O, whose terms do not cancel at counts of 10¹².</summary>
    public static TestResult LikelihoodRatio(ReadOnlySpan<double> reference, ReadOnlySpan<double> current) =>
        Test(reference, current, false, (o, e) => o <= 0 ? 2 * e : 2 * BinomialLaw.Deviance(o, e));

    /// <summary>Whether the current counts follow the reference's shares, taken as known: Σ (O − E)²/E, E = share · current total. Effect: Cohen's w, √(χ²/n).</summary>
    /// <remarks>Pearson (1900). A value that the reference never had makes χ² infinite: it is given as the largest double, with p = 0. That the reference is itself a sample is ignored: prefer <see cref="Pearson"/>.</remarks>
    /// <exception cref="ArgumentException">A count is negative or not finite, a side is empty, or the sides are not equally long.</exception>
    public static TestResult GoodnessOfFit(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Require.SameLength(reference.Length, current.Length, nameof(current));
        double n = Total(reference), m = Total(current), statistic = 0;
        var degrees = -1;
        for (var i = 0; i < reference.Length; i++)
        {
            if (reference[i] + current[i] == 0) continue;
            var expected = reference[i] / n * m;
            degrees++;
            statistic = Math.Min(double.MaxValue, statistic + (current[i] - expected) * (current[i] - expected) / expected);
        }
        return new(statistic, degrees == 0 ? 1 : statistic == double.MaxValue ? 0 : Survival(statistic, degrees), (long)n, (long)m, TestMethod.Asymptotic, Math.Sqrt(statistic / m));
    }

    /// <summary>A table of any number of rows: Pearson's χ² and G, each with its p-value on (rows − 1)(columns − 1) degrees, and Cramér's V.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows, a count that is negative or not finite, an empty row, or rows that are not equally long.</exception>
    public static (double Pearson, double PearsonP, double LikelihoodRatio, double LikelihoodRatioP, double V) Table(IReadOnlyList<double[]> rows)
    {
        if (rows.Count < 2) throw new ArgumentException("A table has two rows or more.", nameof(rows));
        double[] totals = [.. rows.Select(row => Total(row))], columns = [.. Enumerable.Range(0, rows[0].Length).Select(at => Column(rows, at))];
        double all = totals.Sum(), pearson = 0, ratio = 0, kept = columns.Count(column => column > 0);
        for (var r = 0; r < rows.Count; r++)
            for (var c = 0; c < columns.Length; c++)
            {
                var expected = totals[r] * (columns[c] / all);
                if (expected == 0) continue;
                pearson += (rows[r][c] - expected) * (rows[r][c] - expected) / expected;
                ratio += 2 * (rows[r][c] == 0 ? expected : BinomialLaw.Deviance(rows[r][c], expected));
            }
        double degrees = (rows.Count - 1) * (kept - 1), least = Math.Min(rows.Count, kept) - 1;
        return degrees == 0 ? (0, 1, 0, 1, 0) : (pearson, Survival(pearson, degrees), ratio, Survival(ratio, degrees), Math.Sqrt(pearson / all / least));
    }

    private static double Column(IReadOnlyList<double[]> rows, int at)
    {
        var sum = 0.0;
        foreach (var row in rows)
        {
            Require.SameLength(rows[0].Length, row.Length, nameof(rows));
            sum += row[at];
        }
        return sum;
    }

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
