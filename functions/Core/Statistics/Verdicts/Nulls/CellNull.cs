namespace Serverless.Core.Statistics;

/// <summary>The chance of so large a statistic of a table of counts when a row's side says nothing about its cell.</summary>
/// <remarks>
/// To first order χ², G, PSI/(1/n + 1/m), 8 JS²/(1/n + 1/m) and 8 H²/(1/n + 1/m) all follow χ² on cells − 1 degrees (for PSI: Yurdakul and Naranjo, Journal of Risk Model Validation 14 (2020)).
/// That serves once every cell expects 1,000 rows on the smaller side. Below, and always for total variation, tables of the same margins are drawn:
/// rows dealt anew to the two sides, the permutation test of the table, exact at every size and however sparse the cells.
/// </remarks>
internal static class CellNull
{
    private const double Plenty = 1_000;

    // Ten of them as large mean p = 0.0002: below what thirty features ask for at 1 %, which is where the laws of sparse tables must not be trusted.
    private const int Draws = 50_000;

    public static (double P, TestMethod Method) PValue(CellTable table, double seen, Func<double[], double[], double> statistic, double? scale)
    {
        double n = table.Reference.Sum(), m = table.Current.Sum();
        var pooled = table.Reference.Zip(table.Current, (r, c) => (long)(r + c)).Where(count => count > 0).ToArray();
        int degrees = pooled.Length - 1;
        if (degrees == 0)
            return (1, TestMethod.Exact);
        if (scale is { } factor && pooled.Min() * Math.Min(n, m) / (n + m) >= Plenty)
            return (ChiSquare.Survival(seen * factor, degrees), TestMethod.Asymptotic);
        double[] reference = new double[pooled.Length], current = new double[pooled.Length];
        var p = MonteCarlo.PValue(seen, Draw, LogTail, Draws, Seed(pooled, (long)n));
        return (p, TestMethod.Permutation);

        double Draw(ref RandomStream random)
        {
            Deal(ref random, pooled, (long)m, reference, current);
            return statistic(reference, current);
        }

        // Total variation, the one without a factor, is the largest of many normal variables of variance (1/n + 1/m)/4 at most: no lighter tail than theirs.
        double LogTail(double value) => scale is { } f ? LogSurvival(value * f, degrees) : LogSurvival(4 * value * value / (1 / n + 1 / m), 1);
    }

    private static void Deal(ref RandomStream random, long[] pooled, long drawn, double[] reference, double[] current)
    {
        var total = pooled.Sum();
        for (var i = 0; i < pooled.Length; i++)
        {
            var count = Hypergeometric.Draw(ref random, pooled[i], total, drawn);
            (reference[i], current[i]) = (pooled[i] - count, count);
            total -= pooled[i];
            drawn -= count;
        }
    }

    // Far out the survival underflows; its leading term does not, and only ratios are needed.
    private static double LogSurvival(double x, int degrees)
    {
        var survival = ChiSquare.Survival(x, degrees);
        return survival > 1e-280 ? Math.Log(survival) : -x / 2 + (degrees / 2.0 - 1) * Math.Log(x / 2) - MathNet.Numerics.SpecialFunctions.GammaLn(degrees / 2.0);
    }

    private static ulong Seed(long[] pooled, long size)
    {
        var seed = RandomStream.Mix((ulong)size);
        foreach (var count in pooled)
            seed = RandomStream.Mix(seed + 0x9E3779B97F4A7C15 + (ulong)count);
        return seed;
    }
}
