using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>How requests went, by an objective.</summary>
/// <param name="Requests">Those that the objective is about.</param>
/// <param name="Bad">Those that did not go well.</param>
public readonly record struct LevelCounts(long Requests, long Bad)
{
    /// <summary>Both together.</summary>
    public static LevelCounts operator +(LevelCounts one, LevelCounts other) => new(one.Requests + other.Requests, one.Bad + other.Bad);

    /// <summary>How many times as fast as it lasts the budget is used: the share of bad requests by the share that may be bad. Null without requests.</summary>
    public double? Burn(SloPolicy slo) => Requests == 0 ? null : (double)Bad / Requests / slo.Budget;

    /// <summary>Wilson's interval of the rate; null without requests.</summary>
    public ConfidenceInterval? Interval(SloPolicy slo, double level) =>
        Intervals.Wilson(Bad, Requests, level) is { } share ? share with { Low = share.Low / slo.Budget, High = share.High / slo.Budget } : null;

    /// <summary>The chance of so many bad requests, or more, while the objective is kept.</summary>
    public double Chance(SloPolicy slo) => Requests == 0 ? 1 : BinomialTest.AtLeast(Bad, Requests, slo.Budget);
}
