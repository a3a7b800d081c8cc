namespace Serverless.Core.Statistics;

/// <summary>What the detector remembers between batches: errors so far, and rate and deviation where their sum was smallest.</summary>
public readonly record struct DdmState(long Count, long Errors, double BestRate, double BestDeviation);

/// <summary>Deviations above the best for a warning and for an alarm, and the observations before either.</summary>
public sealed record DdmLimits(double Warning, double Alarm, int Minimum)
{
    /// <summary>Gama's: 2 and 3 deviations after 30 observations.</summary>
    public static DdmLimits Default { get; } = new(2, 3, 30);
}

/// <summary>The Drift Detection Method on a stream of errors: alarms when p + s &gt; p_min + 3·s_min, s = √(p(1−p)/n).</summary>
/// <remarks>Gama, Medas, Castillo, Rodrigues, SBIA 2004.</remarks>
public static class Ddm
{
    /// <summary>Takes errors (true: the model was wrong) until an alarm.</summary>
    public static Signal Observe(ref DdmState state, ReadOnlySpan<bool> errors, DdmLimits limits)
    {
        int? warning = null;
        for (var i = 0; i < errors.Length; i++)
        {
            state = state with { Count = state.Count + 1, Errors = state.Errors + (errors[i] ? 1 : 0) };
            if (state.Count < limits.Minimum)
                continue;
            var rate = (double)state.Errors / state.Count;
            var deviation = Math.Sqrt(rate * (1 - rate) / state.Count);
            if (state.Count == limits.Minimum || rate + deviation <= state.BestRate + state.BestDeviation)
                state = state with { BestRate = rate, BestDeviation = deviation };
            if (rate + deviation > state.BestRate + limits.Alarm * state.BestDeviation)
                return new(i, warning);
            if (rate + deviation > state.BestRate + limits.Warning * state.BestDeviation)
                warning ??= i;
        }
        return new(null, warning);
    }
}
