namespace Serverless.Core.Statistics;

/// <summary>A method on cells: its statistic, p-value and effect.</summary>
internal static class CellDistance
{
    public static TestResult Test(DriftMethod method, CellTable table)
    {
        double n = table.Reference.Sum(), m = table.Current.Sum(), spread = 1 / n + 1 / m;
        var degrees = Math.Max(0, table.Reference.Zip(table.Current, (r, c) => r + c > 0 ? 1 : 0).Sum() - 1);
        var noise = degrees * spread;
        return method switch
        {
            DriftMethod.ChiSquare => Of(Pearson, 1 / spread, _ => Balanced(table, noise)),
            DriftMethod.LikelihoodRatio => Of((r, c) => ChiSquare.LikelihoodRatio(r, c).Statistic, 1, _ => Balanced(table, noise)),
            DriftMethod.PopulationStability => Of((r, c) => Divergence.PopulationStability(r, c), 1 / spread, psi => Math.Max(0, psi - noise)),
            DriftMethod.JensenShannon => Of((r, c) => Square(Divergence.JensenShannon(r, c)), 8 / spread, js => Math.Sqrt(Math.Max(0, js - noise / 8)), Math.Sqrt),
            DriftMethod.Hellinger => Of((r, c) => Square(Divergence.Hellinger(r, c)), 8 / spread, h => Math.Sqrt(Math.Max(0, h - noise / 8)), Math.Sqrt),
            DriftMethod.TotalVariation => Of((r, c) => Divergence.TotalVariation(r, c), null, tv => tv),
            DriftMethod.Auto or DriftMethod.KolmogorovSmirnov or DriftMethod.Wasserstein => throw new ArgumentException("Not a method on cells.", nameof(method)),
        };

        TestResult Of(Func<double[], double[], double> statistic, double? scale, Func<double, double> effect, Func<double, double>? shown = null)
        {
            var seen = statistic(table.Reference, table.Current);
            var (p, how) = CellNull.PValue(table, seen, statistic, scale);
            return new(shown is null ? seen : shown(seen), p, (long)n, (long)m, how, effect(seen));
        }
    }

    /// <summary>Σ (q − p)²/p̄ with the pooled shares p̄: χ² over nm/(n + m), and a few times faster to draw.</summary>
    private static double Pearson(double[] reference, double[] current)
    {
        double n = reference.Sum(), m = current.Sum(), sum = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var gap = current[i] / m - reference[i] / n;
            sum += gap == 0 ? 0 : gap * gap / (reference[i] + current[i]);
        }
        return sum * (n + m);
    }

    /// <summary>√(½ Σ (q − p)²/(p + q)), which is V of equal sides and does not depend on how sizes differ, less the expectation ¼ (cells − 1)(1/n + 1/m) of its square.</summary>
    /// <remarks>Le Cam (1986); subtracting the expectation as Bergsma, Journal of the Korean Statistical Society 42 (2013), does for V.</remarks>
    private static double Balanced(CellTable table, double noise)
    {
        double n = table.Reference.Sum(), m = table.Current.Sum(), sum = 0;
        for (var i = 0; i < table.Reference.Length; i++)
        {
            double p = table.Reference[i] / n, q = table.Current[i] / m;
            sum += p + q > 0 ? (p - q) * (p - q) / (p + q) : 0;
        }
        return Math.Min(1, Math.Sqrt(Math.Max(0, sum / 2 - noise / 4)));
    }

    private static double Square(double value) => value * value;
}
