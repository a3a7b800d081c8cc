namespace Serverless.Core.Statistics;

/// <summary>All that a confidence sequence of a bounded mean remembers; store it between looks.</summary>
public readonly record struct BoundedMeanState(long Count, double Sum, double SquaredDeviations, double Bets, double WeightedSum, double Penalty);

/// <summary>What a bounded mean's sequence is asked: the range of an observation, and the error rate over all looks together.</summary>
public sealed record BoundedMeanLimits(double Low, double High, double Alpha)
{
    /// <summary>Right or wrong, at 5 %.</summary>
    public static BoundedMeanLimits Proportion { get; } = new(0, 1, 0.05);

    /// <summary>The difference of two such figures on the same row, at 5 %.</summary>
    public static BoundedMeanLimits Paired { get; } = new(-1, 1, 0.05);
}

/// <summary>A confidence sequence for the mean of bounded observations: with probability 1 − α it holds the mean at every look, for ever, whatever the law within the bounds.</summary>
/// <remarks>
/// The predictable plug-in empirical Bernstein sequence (Waudby-Smith, Ramdas, JRSS B 86 (2024), theorem 2), for x scaled to [0, 1]:
/// Σλᵢxᵢ/Σλᵢ ± (log(2/α) + Σvᵢψ(λᵢ)) / Σλᵢ with vᵢ = 4(xᵢ − μ̂ᵢ₋₁)², ψ(λ) = (−log(1−λ) − λ)/4,
/// λₜ = min(√(2·log(2/α) / (σ̂²ₜ₋₁·t·log(1+t))), ½). Not asymptotic, and narrow where the variance is small.
/// </remarks>
public static class BoundedMean
{
    /// <summary>Takes observations in order.</summary>
    public static void Observe(ref BoundedMeanState state, ReadOnlySpan<double> values, BoundedMeanLimits limits)
    {
        Check(limits);
        foreach (var value in values)
        {
            Require.Within(value, limits.Low, limits.High, nameof(values));
            state = Next(state, (value - limits.Low) / (limits.High - limits.Low), Math.Log(2 / limits.Alpha));
        }
    }

    /// <summary>The sequence's interval now; before the first observation, the whole range.</summary>
    public static ConfidenceInterval Interval(BoundedMeanState state, BoundedMeanLimits limits)
    {
        Check(limits);
        var width = limits.High - limits.Low;
        if (state.Count == 0)
            return new(limits.Low, limits.High, 1 - limits.Alpha, IntervalMethod.Sequence);
        var centre = state.WeightedSum / state.Bets;
        var half = (Math.Log(2 / limits.Alpha) + state.Penalty) / state.Bets;
        return new(limits.Low + width * Math.Clamp(centre - half, 0, 1), limits.Low + width * Math.Clamp(centre + half, 0, 1), 1 - limits.Alpha, IntervalMethod.Sequence);
    }

    /// <summary>The difference of two independent means, first less second: give each sequence half of the error rate; by the union bound it holds at every pair of looks.</summary>
    public static ConfidenceInterval Difference(ConfidenceInterval first, ConfidenceInterval second) =>
        new(first.Low - second.High, first.High - second.Low, first.Level + second.Level - 1, IntervalMethod.Sequence);

    private static BoundedMeanState Next(BoundedMeanState state, double x, double log)
    {
        var t = state.Count + 1;
        var before = (0.5 + state.Sum) / t;
        var variance = (0.25 + state.SquaredDeviations) / t;
        var bet = Math.Min(Math.Sqrt(2 * log / (variance * t * Math.Log(1 + t))), 0.5);
        var sum = state.Sum + x;
        var after = (0.5 + sum) / (t + 1);
        return new(t, sum, state.SquaredDeviations + (x - after) * (x - after), state.Bets + bet, state.WeightedSum + bet * x,
            state.Penalty + (x - before) * (x - before) * (-Math.Log(1 - bet) - bet));
    }

    private static void Check(BoundedMeanLimits limits)
    {
        if (!(limits.Low < limits.High && double.IsFinite(limits.High - limits.Low) && limits.Alpha is > 0 and < 1))
            throw new ArgumentException("Bounds are finite and in order, the error rate lies between 0 and 1.", nameof(limits));
    }
}
