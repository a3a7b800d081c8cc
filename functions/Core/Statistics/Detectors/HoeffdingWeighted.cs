namespace Serverless.Core.Statistics;

/// <summary>An exponentially weighted mean with the sum of its squared weights.</summary>
public readonly record struct WeightedMean(double Mean, double Squares);

/// <summary>What the detector remembers between batches: the mean of all, of the best prefix, and of what came after it.</summary>
public readonly record struct HoeffdingWeightedState(long Count, WeightedMean Whole, WeightedMean Best, WeightedMean After, bool HasBest, bool HasAfter);

/// <summary>HDDM-W: as <see cref="HoeffdingAverage"/> on exponentially weighted means, by McDiarmid's inequality; quicker on gradual change.</summary>
/// <remarks>
/// m ← λx + (1−λ)m; alarm at m_after − m_best &gt; √((Σw²_best + Σw²_after)·ln(1/α)/2). Frías-Blanco et al., IEEE TKDE 27 (2015), W-test, one-sided.
/// </remarks>
public static class HoeffdingWeighted
{
    /// <summary>Takes observations in [0, 1] until an alarm; lambda is the weight of the newest, 0.05 by its authors.</summary>
    public static Signal Observe(ref HoeffdingWeightedState state, ReadOnlySpan<double> values, HoeffdingLimits limits, double lambda)
    {
        Require.Level(lambda);
        int? warning = null;
        for (var i = 0; i < values.Length; i++)
        {
            Require.Within(values[i], 0, 1, nameof(values));
            state = Next(state, values[i], lambda, Math.Log(1 / limits.Alarm) / 2);
            if (Rose(state, limits.Alarm))
                return new(i, warning);
            if (Rose(state, limits.Warning))
                warning ??= i;
        }
        return new(null, warning);
    }

    private static HoeffdingWeightedState Next(HoeffdingWeightedState state, double x, double lambda, double log)
    {
        var whole = Blend(state.Whole, x, lambda, state.Count > 0);
        var lower = !state.HasBest || whole.Mean + Math.Sqrt(whole.Squares * log) <= state.Best.Mean + Math.Sqrt(state.Best.Squares * log);
        return lower
            ? new(state.Count + 1, whole, whole, default, true, false)
            : state with { Count = state.Count + 1, Whole = whole, After = Blend(state.After, x, lambda, state.HasAfter), HasAfter = true };
    }

    private static WeightedMean Blend(WeightedMean mean, double x, double lambda, bool started) => started
        ? new(lambda * x + (1 - lambda) * mean.Mean, lambda * lambda + (1 - lambda) * (1 - lambda) * mean.Squares)
        : new(x, 1);

    private static bool Rose(HoeffdingWeightedState state, double alpha) =>
        state.HasAfter && state.After.Mean - state.Best.Mean > Math.Sqrt((state.Best.Squares + state.After.Squares) * Math.Log(1 / alpha) / 2);
}
