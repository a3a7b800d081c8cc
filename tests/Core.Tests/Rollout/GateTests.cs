using FsCheck.Xunit;
using Serverless.Core.Rollout;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Rollout;

public sealed class GateTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-0.004, 0.02, GateVerdict.Pass)]
    [InlineData(-0.02, 0.02, GateVerdict.Undecided)]
    [InlineData(-0.03, -0.02, GateVerdict.Fail)]
    [InlineData(-0.01, 0.02, GateVerdict.Undecided)]
    public void NonInferior_ByTheWholeInterval_IsJudged(double low, double high, GateVerdict expected) =>
        Assert.Equal(expected, Test(new() { Figure = "comparison.f1", Margin = 0.01 }).Judge(Paired(low, high)).Verdict);

    [Theory]
    [InlineData(0.001, 0.02, GateVerdict.Pass)]
    [InlineData(-0.001, 0.02, GateVerdict.Undecided)]
    [InlineData(-0.02, -0.001, GateVerdict.Fail)]
    public void Superior_ByTheWholeInterval_IsJudged(double low, double high, GateVerdict expected) =>
        Assert.Equal(expected, Test(new() { Figure = "comparison.f1", Kind = TestKind.Superior }).Judge(Paired(low, high)).Verdict);

    [Fact]
    public void Test_OfALesserLevel_IsUndecidedAndSaysSo()
    {
        var result = Test(new() { Figure = "comparison.f1", Confidence = 0.99 }).Judge(Paired(0.1, 0.2));
        Assert.Equal(GateVerdict.Undecided, result.Verdict);
        Assert.EndsWith("its interval is one of 95 % only.", result.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Decision_OfABlockedGate_StopsAndSaysWhyWithFigures()
    {
        var decision = Decide(DecisionStage.Validation, Facts.Of(("latency.p99.ratio", 2.5), ("trial.loaded", 1)),
            new("latency", new() { Expression = "latency.p99.ratio <= 2" }), new("loads", new() { Expression = "trial.loaded >= 1" }));
        Assert.Equal(DecisionOutcome.Stop, decision.Outcome);
        Assert.Equal("latency fails: latency.p99.ratio <= 2, with latency.p99.ratio = 2.5, n = 100.", decision.Words);
    }

    [Fact]
    public void Decision_WithoutEvidence_StopsUnlessThePolicyLetsPass()
    {
        var gate = new GatePolicy { Expression = "metrics.f1 >= 0.8" };
        Assert.Equal(DecisionOutcome.Stop, Decide(DecisionStage.Validation, Evidence.Empty, new Gate("f1", gate)).Outcome);
        var decision = Decide(DecisionStage.Validation, Evidence.Empty, new Gate("f1", gate with { WhenUndecided = UndecidedGate.Pass }));
        Assert.Equal(DecisionOutcome.Proceed, decision.Outcome);
        Assert.Equal("f1 cannot be decided: metrics.f1 >= 0.8; no metrics.f1.", decision.Words);
    }

    [Fact]
    public void Guardrail_WithoutEvidence_SendsNobodyBack() =>
        Assert.Equal(DecisionOutcome.Proceed, Decide(DecisionStage.Watch, Evidence.Empty, [.. Decision.WatchGates(new())]).Outcome);

    [Fact]
    public void Warning_ThatFails_IsToldAndStopsNothing()
    {
        var decision = Decide(DecisionStage.Watch, Facts.Of(("errors.rate", 0.5)), new Gate("errors", new() { Expression = "errors.rate <= 0.1", Severity = GateSeverity.Warn }));
        Assert.Equal(DecisionOutcome.Proceed, decision.Outcome);
        Assert.StartsWith("errors fails", decision.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(99, DecisionOutcome.Hold)]
    [InlineData(100, DecisionOutcome.Proceed)]
    public void Release_WithTooFewRows_IsHeld(double rows, DecisionOutcome expected) =>
        Assert.Equal(expected, Decide(DecisionStage.Release, Facts.Of(("release.rows", rows)), [.. Decision.ReleaseGates(new())]).Outcome);

    [Property(MaxTest = 500, EndSize = 1_000_000)]
    public void Decision_RecomputedFromStoredEvidence_IsTheSame(int seed)
    {
        var random = new Random(seed);
        string[] names = ["comparison.score", "trial.loaded", "latency.p99.ratio", "signature.compatible", "memory.ratio", "robustness.stable"];
        var evidence = new Evidence(names.Where(_ => random.Next(3) > 0).Select(name => KeyValuePair.Create(name, new Figure(random.NextDouble() * 3,
            random.Next(2) == 0 ? null : new(random.NextDouble() - 0.5, random.NextDouble() + 0.5, 0.95, IntervalMethod.Sequence), random.Next(1000), "test"))));
        var decision = Decide(DecisionStage.Validation, evidence, [.. Gate.All(new ValidationPolicy().InForce)]);
        var again = decision.Recompute(Evidence.Read(evidence.Json));
        Assert.True(decision.Agrees(again));
        Assert.Equal(decision.Words, again.Words);
        Assert.False(decision.Agrees(decision.Recompute(evidence.With(Facts.Of(("trial.loaded", 7))))));
    }

    private static Gate Test(TestPolicy test) => new("f1", new() { Test = test });

    private static Evidence Paired(double low, double high) =>
        new([KeyValuePair.Create("comparison.f1", new Figure((low + high) / 2, new(low, high, 0.95, IntervalMethod.Normal), 100, "test"))]);

    private static Decision Decide(DecisionStage stage, Evidence evidence, params Gate[] gates) => Decision.Make(Guid.Empty, new("m", 2, Guid.Empty, stage, 1), evidence, gates, Now);
}
