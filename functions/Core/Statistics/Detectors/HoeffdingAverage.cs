namespace Serverless.Core.Statistics;

/// <summary>What the detector remembers between batches: all values, and the prefix whose upper bound was lowest.</summary>
public readonly record struct HoeffdingAverageState(long Count, double Sum, long BestCount, double BestSum);

/// <summary>Error rates of an alarm and of a warning at one look.</summary>
public sealed record HoeffdingLimits(double Alarm, double Warning)
{
    /// <summary>The authors': 0.001 and 0.005.</summary>
    public static HoeffdingLimits Default { get; } = new(0.001, 0.005);
}

/// <summary>HDDM-A: alarms when the mean of values in [0, 1] rose above its best prefix by more than Hoeffding's inequality allows.</summary>
/// <remarks>
/// x̄ − x̄_cut ≥ √((n−m)/(2nm)·ln(1/α)), m the length of the cut. Frías-Blanco et al., IEEE TKDE 27 (2015), algorithm 1 with the A-test, one-sided.
/// </remarks>
public static class HoeffdingAverage
{
    /// <summary>Takes observations until an alarm.</summary>
    public static Signal Observe(ref HoeffdingAverageState state, ReadOnlySpan<double> values, HoeffdingLimits limits)
    {
        int? warning = null;
        for (var i = 0; i < values.Length; i++)
        {
            Require.Within(values[i], 0, 1, nameof(values));
            state = Next(state, values[i], Math.Log(1 / limits.Alarm));
            if (Rose(state, limits.Alarm))
                return new(i, warning);
            if (Rose(state, limits.Warning))
                warning ??= i;
        }
        return new(null, warning);
    }

    private static HoeffdingAverageState Next(HoeffdingAverageState state, double value, double log)
    {
        var (count, sum) = (state.Count + 1, state.Sum + value);
        double Bound(long n, double total) => total / n + Math.Sqrt(log / (2 * n));
        return state.BestCount == 0 || Bound(count, sum) <= Bound(state.BestCount, state.BestSum)
            ? new(count, sum, count, sum)
            : state with { Count = count, Sum = sum };
    }

    private static bool Rose(HoeffdingAverageState state, double alpha)
    {
        double n = state.Count, m = state.BestCount;
        return n > m && state.Sum / n - state.BestSum / m >= Math.Sqrt((n - m) / (2 * n * m) * Math.Log(1 / alpha));
    }
}
