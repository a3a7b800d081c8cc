namespace Serverless.Core.Statistics;

/// <summary>Draws how many of <c>marked</c> among <c>total</c> rows are in a sample of <c>drawn</c>, without replacement.</summary>
/// <remarks>Inversion that walks outwards from the mode: exact up to rounding, a number of steps of about one standard deviation. Devroye, Non-Uniform Random Variate Generation (1986), X.1.</remarks>
internal static class Hypergeometric
{
    public static long Draw(ref RandomStream random, long marked, long total, long drawn)
    {
        long low = Math.Max(0, drawn - (total - marked)), high = Math.Min(drawn, marked);
        var mode = Math.Clamp((long)((drawn + 1.0) * (marked + 1) / (total + 2)), low, high);
        double u = random.Unit(), up = BinomialLaw.Hypergeometric(mode, marked, total - marked, drawn), down = up;
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
}
