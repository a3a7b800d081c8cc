namespace Serverless.Core.Statistics;

/// <summary>Draws how many of <c>marked</c> among <c>total</c> rows are in a sample of <c>drawn</c>, without replacement.</summary>
/// <remarks>Inversion that walks outwards from the mode: exact up to rounding, a number of steps of about one standard deviation. Devroye, Non-Uniform Random Variate Generation (1986), X.1.</remarks>
internal static class Hypergeometric
{
    private static readonly double[] Small = LogFactorials(1024);

    public static long Draw(ref RandomStream random, long marked, long total, long drawn)
    {
        long low = Math.Max(0, drawn - (total - marked)), high = Math.Min(drawn, marked);
        var mode = Math.Clamp((long)((drawn + 1.0) * (marked + 1) / (total + 2)), low, high);
        double u = random.Unit(), up = Math.Exp(LogMass(mode, marked, total, drawn)), down = up;
        u -= up;
        for (long right = mode, left = mode; u >= 0 && (right < high || left > low);)
        {
            if (right < high)
            {
                up *= (double)(marked - right) * (drawn - right) / ((double)(right + 1) * (total - marked - drawn + right + 1));
                right++;
                if ((u -= up) < 0)
                    return right;
            }
            if (left > low)
            {
                down *= (double)left * (total - marked - drawn + left) / ((double)(marked - left + 1) * (drawn - left + 1));
                left--;
                if ((u -= down) < 0)
                    return left;
            }
        }
        return mode;
    }

    private static double LogMass(long x, long marked, long total, long drawn) =>
        LogFactorial(marked) - LogFactorial(x) - LogFactorial(marked - x)
        + LogFactorial(total - marked) - LogFactorial(drawn - x) - LogFactorial(total - marked - drawn + x)
        - LogFactorial(total) + LogFactorial(drawn) + LogFactorial(total - drawn);

    private static double LogFactorial(long n) => n < Small.Length ? Small[n] : Stirling(n);

    // A table up to 1,023; from there on the next term of the series is below 1e-20.
    private static double Stirling(double n)
    {
        double inverse = 1 / n, square = inverse * inverse;
        return (n + 0.5) * Math.Log(n) - n + 0.91893853320467274178 + inverse * (1.0 / 12 - square * (1.0 / 360 - square / 1260));
    }

    private static double[] LogFactorials(int count)
    {
        var logs = new double[count];
        for (var i = 2; i < count; i++)
            logs[i] = logs[i - 1] + Math.Log(i);
        return logs;
    }
}
