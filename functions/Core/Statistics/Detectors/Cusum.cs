namespace Serverless.Core.Statistics;

/// <summary>What the detector remembers between batches.</summary>
public readonly record struct CusumState(double High, double Low);

/// <summary>The process in control, and when to cry; slack and threshold in the unit of the values.</summary>
/// <param name="Target">The mean in control.</param>
/// <param name="Slack">k: half of the shift worth finding.</param>
/// <param name="Threshold">h: an alarm once a sum is above it.</param>
public sealed record CusumLimits(double Target, double Slack, double Threshold);

/// <summary>The tabular two-sided CUSUM against a known mean.</summary>
/// <remarks>S⁺ = max(0, S⁺ + x − μ − k), S⁻ = max(0, S⁻ + μ − k − x). Page, Biometrika 41 (1954); NIST/SEMATECH e-Handbook 6.3.2.3.</remarks>
public static class Cusum
{
    /// <summary>Takes observations until an alarm.</summary>
    public static Signal Observe(ref CusumState state, ReadOnlySpan<double> values, CusumLimits limits)
    {
        Require.Finite(values, nameof(values));
        for (var i = 0; i < values.Length; i++)
        {
            var d = values[i] - limits.Target;
            state = new(Math.Max(0, state.High + d - limits.Slack), Math.Max(0, state.Low - d - limits.Slack));
            if (Math.Max(state.High, state.Low) > limits.Threshold)
                return new(i, null);
        }
        return default;
    }
}
