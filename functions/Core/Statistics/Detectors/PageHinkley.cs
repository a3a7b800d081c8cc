namespace Serverless.Core.Statistics;

/// <summary>What the detector remembers between batches.</summary>
public readonly record struct PageHinkleyState(long Count, double Mean, double Excess);

/// <summary>What change matters, and when to cry.</summary>
/// <param name="Tolerance">δ: a rise of the mean that is allowed.</param>
/// <param name="Threshold">λ: an alarm once the excess is above it.</param>
/// <param name="Minimum">No alarm before so many observations.</param>
public sealed record PageHinkleyLimits(double Tolerance, double Threshold, int Minimum)
{
    /// <summary>For errors of 0 and 1.</summary>
    public static PageHinkleyLimits Default { get; } = new(0.005, 50, 30);
}

/// <summary>Page's cumulative sum about the running mean: alarms when the mean has risen.</summary>
/// <remarks>mₜ = max(0, mₜ₋₁ + xₜ − x̄ₜ − δ), alarm at m &gt; λ. Page, Biometrika 41 (1954); Hinkley, Biometrika 58 (1971).</remarks>
public static class PageHinkley
{
    /// <summary>Takes observations until an alarm.</summary>
    public static Signal Observe(ref PageHinkleyState state, ReadOnlySpan<double> values, PageHinkleyLimits limits)
    {
        Require.Finite(values, nameof(values));
        for (var i = 0; i < values.Length; i++)
        {
            var count = state.Count + 1;
            var mean = state.Mean + (values[i] - state.Mean) / count;
            state = new(count, mean, Math.Max(0, state.Excess + values[i] - mean - limits.Tolerance));
            if (count >= limits.Minimum && state.Excess > limits.Threshold)
                return new(i, null);
        }
        return default;
    }
}
