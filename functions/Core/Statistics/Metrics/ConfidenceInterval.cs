namespace Serverless.Core.Statistics;

/// <summary>An interval that holds the true value with probability <paramref name="Level"/>.</summary>
public readonly record struct ConfidenceInterval(double Low, double High, double Level, IntervalMethod Method)
{
    /// <summary>Whether a value lies within, ends included.</summary>
    public bool Contains(double value) => value >= Low && value <= High;
}
