namespace Serverless.Core.Statistics;

/// <summary>Draws one statistic of the null distribution.</summary>
internal delegate double NullDraw(ref RandomStream random);

/// <summary>A p-value from seeded draws of the null distribution that stops as soon as enough of them are as large as what was seen.</summary>
/// <remarks>
/// Besag and Clifford, Biometrika 78 (1991): with h exceedances after l draws p = h/l, which is super-uniform; most clean features need a few hundred draws.
/// When all draws are made, p = (exceedances + 1)/(draws + 1). Only beyond the tenth largest draw t₀ it is continued as 10/(draws + 1) · S(t)/S(t₀), where S is the
/// asymptotic law's tail, since a floor at 1/draws would keep a feature among thousands from ever being significant.
/// </remarks>
internal static class MonteCarlo
{
    private const int Exceedances = 50, Beyond = 10;

    public static double PValue(double seen, NullDraw draw, Func<double, double> logTail, int draws, ulong seed)
    {
        var largest = new PriorityQueue<double, double>(Beyond + 1);
        var exceeded = 0;
        // A draw of the same table must count as one, whatever the rounding.
        var limit = seen * (1 - 1e-12);
        for (var i = 0; i < draws; i++)
        {
            var random = RandomStream.Of(seed, i);
            var value = draw(ref random);
            if (value >= limit && ++exceeded == Exceedances)
                return (double)Exceedances / (i + 1);
            largest.Enqueue(value, value);
            if (largest.Count > Beyond)
                largest.Dequeue();
        }
        return exceeded >= Beyond
            ? (exceeded + 1.0) / (draws + 1)
            : (double)Beyond / (draws + 1) * Math.Exp(Math.Min(0, logTail(seen) - logTail(largest.Peek())));
    }
}
