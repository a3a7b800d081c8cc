using Serverless.Core.Rollout;

namespace Serverless.Core.Tests.Rollout;

public sealed class RolloutRulesTests
{
    [Fact]
    public void Breaches_OfAnEmptyDocument_AreNone() => Assert.Empty(RolloutRules.Breaches(new()));

    [Fact]
    public void Breaches_OfTheDefaultGates_AreNone() =>
        Assert.Empty(RolloutRules.Breaches(new() { Validation = new() { Gates = ValidationPolicy.Defaults }, Guardrails = RolloutPolicy.DefaultGuardrails }));

    public static TheoryData<RolloutPolicy, string> Contradictions => new()
    {
        { new() { Release = new() { Strategy = ReleaseStrategy.Steps, Steps = [new(0.5), new(0.5)] } }, "/rollout/release/steps/1/share: shares rise" },
        { new() { Release = new() { Strategy = ReleaseStrategy.Steps } }, "/rollout/release/steps: 1 to 100" },
        { new() { Release = new() { Steps = [new(0.5)] } }, "/rollout/release/steps: steps are listed, and the strategy is canary" },
        { new() { Release = new() { StepSize = 1.5 } }, "/rollout/release/stepSize: 1.5 is not above 0" },
        { new() { Release = new() { StepSize = double.NaN } }, "/rollout/release/stepSize" },
        { new() { Release = new() { Strategy = ReleaseStrategy.Linear, StepSize = 0.001 } }, "/rollout/release/stepSize: a linear release has at most 100 steps" },
        { new() { Release = new() { Strategy = ReleaseStrategy.Ab } }, "/rollout/release/trial/outcome" },
        { new() { Release = new() { Strategy = ReleaseStrategy.Bandit, Trial = new() { Outcome = "click", Floor = 0.6 } } }, "/rollout/release/trial/floor: 0.6" },
        { new() { Approvals = new() { Required = ApprovalsRequired.Two, Approvers = ["ada", "ada"] } }, "/rollout/approvals/approvers: 2 persons must agree, and 1 may" },
        { new() { Shadow = new() { MinimumDays = 7, Deadline = TimeSpan.FromDays(6) } }, "/rollout/shadow/deadline: no verdict comes before 7 days" },
        { new() { Shadow = new() { Basis = ShadowBasis.Agreement, Accept = TestKind.Superior } }, "/rollout/shadow/accept: agreement" },
        { new() { Shadow = new() { Margin = 0 } }, "/rollout/shadow/margin: a margin of 0" },
        { new() { Shadow = new() { Confidence = 1 } }, "/rollout/shadow/confidence" },
        { new() { Watch = TimeSpan.FromDays(2) }, "/rollout/retirement: the former champion is let go" },
        { new() { Guardrails = new Dictionary<string, GatePolicy> { ["slow"] = new() { Expression = "latncy.p99.ratio <= 2" } } }, "/rollout/guardrails/slow/expression: There is no evidence named latncy.p99.ratio; did you mean latency.p99.ratio?" },
        { new() { Guardrails = new Dictionary<string, GatePolicy> { ["x"] = new() } }, "/rollout/guardrails/x: a gate has either" },
        { new() { Validation = new() { Gates = new Dictionary<string, GatePolicy> { ["x"] = new() { Test = new() { Figure = "comparison" } } } } }, "/rollout/validation/gates/x/test/figure" },
    };

    [Theory]
    [MemberData(nameof(Contradictions), DisableDiscoveryEnumeration = true)]
    public void Breaches_OfAContradiction_NameItsPlace(RolloutPolicy policy, string expected) =>
        Assert.StartsWith(expected, Assert.Single(RolloutRules.Breaches(policy)), StringComparison.Ordinal);

    [Fact]
    public void Breaches_OfSeveralContradictions_AreAllOfThem()
    {
        var policy = new RolloutPolicy { Watch = TimeSpan.FromDays(2), PauseLimit = TimeSpan.Zero, Shadow = new() { Share = 0 } };
        Assert.Equal(["/rollout/shadow/share", "/rollout/pauseLimit", "/rollout/retirement"], RolloutRules.Breaches(policy).Select(breach => breach.Split(':')[0]));
    }

    [Theory]
    [InlineData(ReleaseStrategy.AllAtOnce, 0.1, "")]
    [InlineData(ReleaseStrategy.Canary, 0.1, "0.1")]
    [InlineData(ReleaseStrategy.Linear, 0.25, "0.25 0.5 0.75")]
    [InlineData(ReleaseStrategy.Linear, 0.3, "0.3 0.6 0.9")]
    [InlineData(ReleaseStrategy.BlueGreen, 0.1, "0")]
    [InlineData(ReleaseStrategy.Ab, 0.1, "0.5")]
    public void Plan_OfAStrategy_RisesToThePromotion(ReleaseStrategy strategy, double size, string shares) =>
        Assert.Equal(shares, string.Join(' ', new ReleasePolicy { Strategy = strategy, StepSize = size }.Plan.Select(step => step.Share)));
}
