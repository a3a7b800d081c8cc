using Serverless.Core.Statistics;

namespace Serverless.Core.Rollout;

/// <summary>A test of a figure that has an interval; differences are the candidate's less the champion's, oriented so that larger is better.</summary>
public sealed record TestPolicy
{
    /// <summary>The figure, such as <c>comparison.accuracy</c>.</summary>
    public string Figure { get; init; } = "";

    /// <summary>What must be shown.</summary>
    public TestKind Kind { get; init; } = TestKind.NonInferior;

    /// <summary>The loss that is let pass as "not inferior".</summary>
    public double Margin { get; init; } = 0.01;

    /// <summary>The least level of the interval.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>The bound that the interval must lie above.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Bound => Kind == TestKind.Superior ? 0 : -Margin;

    internal string Text => $"{Figure} is {(Kind == TestKind.Superior ? "superior" : $"not inferior by more than {GateResult.Number(Margin)}")} at {GateResult.Number(100 * Confidence)} %";

    /// <summary>Pass when the whole interval lies above the bound, fail when none of it does.</summary>
    internal (GateVerdict Verdict, string? Why) Judge(Figure? figure) =>
        figure?.Interval is not { } interval || !double.IsFinite(interval.Low + interval.High) ? (GateVerdict.Undecided, $"no interval of {Figure}")
        // Rounding in 1 - 0.05 must not make 95 % less than 95 %.
        : interval.Level < Confidence - 1e-9 ? (GateVerdict.Undecided, $"its interval is one of {GateResult.Number(100 * interval.Level)} % only")
        : Judge(interval);

    private (GateVerdict, string?) Judge(ConfidenceInterval interval) =>
        interval.Low > Bound ? (GateVerdict.Pass, null)
        : interval.High < Bound ? (GateVerdict.Fail, null)
        : (GateVerdict.Undecided, $"the interval holds {GateResult.Number(Bound)}: more rows are needed");
}

/// <summary>What a test must show.</summary>
public enum TestKind
{
    /// <summary>The whole interval lies above −margin.</summary>
    NonInferior,
    /// <summary>The whole interval lies above 0.</summary>
    Superior,
}
