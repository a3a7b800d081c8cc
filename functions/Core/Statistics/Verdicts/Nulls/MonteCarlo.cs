namespace Serverless.Core.Statistics;

/// <summary>Draws one statistic of the null distribution.</summary>
internal delegate double NullDraw(ref RandomStream random);

/// <summary>A p-value from seeded draws of the null distribution that stops as soon as enough of them are as large as what was seen.</summary>
/// <remarks>
/// Besag and Clifford, Biometrika 78 (1991): with h exceedances after l draws p = h/l, which is super-uniform; most clean features need a few hundred draws.
/// Where all draws bring fewer than h, p = h/(draws + 1) · S(t)/S(t₀): from the h-th largest draw t₀ on, the tail has the shape S of the asymptotic law,
/// since a floor at 1/draws would keep a feature among hundreds from ever being significant.
/// </remarks>
internal static class MonteCarlo
{
    private const int Exceedances = 50;

    /// <summary>The most draws that a p-value may take.</summary>
    public const int Draws = 20_000;

    public static double PValue(double seen, NullDraw draw, Func<double, double> logTail, int draws, ulong seed)
    {
        var largest = new PriorityQueue<double, double>(Exceedances + 1);
        var exceeded = 0;
        // A draw of the same table must count as one, whatever the rounding.
        var limit = seen * (1 - 1e-12);
        for (var i = 0; i < draws; i++)
        {
            var random = RandomStream.Of(seed, i);
            var value = draw(ref random);
            if (value >= limit && ++exceeded == Exceedances)
                return Math.Min(1, (double)Exceedances / (i + 1));
            largest.Enqueue(value, value);
            if (largest.Count > Exceedances)
                largest.Dequeue();
        }
        var from = Math.Min(seen, largest.Peek());
        return (double)Exceedances / (draws + 1) * Math.Exp(Math.Min(0, logTail(seen) - logTail(from)));
    }
}
