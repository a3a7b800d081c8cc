using Serverless.Core.Rollout;

namespace Serverless.Core.Tests.Rollout;

public sealed class RolloutMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = new(1, 2, 3, new byte[8]);
    private readonly RolloutPolicy policy = new() { Release = new() { Strategy = ReleaseStrategy.Linear, StepSize = 0.5 } };
    private DateTimeOffset now = Start;
    private int events;

    [Fact]
    public void Rollout_WhereAllGoesWell_MakesTheCandidateChampionAndLetsTheFormerGo()
    {
        var state = ToCanary(policy);
        Assert.Equal(0.5, TrafficPlan.Of(state, policy).Share);
        var crowned = Moved(state, new RolloutEvent.BakeElapsed(NextId(), Id, 0), policy, minutes: 10);
        Assert.Equal([new RolloutEffect.KeepWarm(2), new RolloutEffect.KeepWarm(1), new RolloutEffect.FlipChampion(1, 2), new RolloutEffect.SetTraffic(new(2, null, 0, []))], crowned.Effects[..4]);
        Assert.Equal(RolloutStage.Champion, crowned.State.Stage);
        state = Moved(crowned.State, new RolloutEvent.WatchElapsed(NextId(), Id), policy, minutes: 60).State;
        Assert.True(state.IsOver && !state.IsSettled);
        var end = Moved(state, new RolloutEvent.RetirementElapsed(NextId(), Id), policy, minutes: 23 * 60);
        Assert.Contains(new RolloutEffect.LetGo(1), end.Effects);
        Assert.True(end.State.IsSettled);
    }

    [Theory]
    [InlineData(RolloutStage.Canary)]
    [InlineData(RolloutStage.Champion)]
    public void Guardrail_WhileReleasedOrWatched_SendsCallersBackAndQuarantines(RolloutStage stage)
    {
        var state = ToCanary(policy);
        if (stage == RolloutStage.Champion) state = Moved(state, new RolloutEvent.BakeElapsed(NextId(), Id, 0), policy, minutes: 10).State;
        var back = Moved(state, new RolloutEvent.GuardrailTripped(NextId(), Id, "errors", "3 % failed"), policy);
        Assert.Equal(RolloutStage.RolledBack, back.State.Stage);
        Assert.Contains(new RolloutEffect.SetTraffic(new(1, null, 0, [])), back.Effects);
        Assert.Contains(new RolloutEffect.Quarantine(2, "The guardrail errors is broken: 3 % failed"), back.Effects);
        Assert.Equal(stage == RolloutStage.Champion, back.Effects.Contains(new RolloutEffect.FlipChampion(2, 1)));
    }

    [Fact]
    public void Guardrail_AfterTheWatch_LeavesItToAPerson()
    {
        var state = Moved(ToCanary(policy), new RolloutEvent.BakeElapsed(NextId(), Id, 0), policy, minutes: 10).State;
        state = Moved(state, new RolloutEvent.WatchElapsed(NextId(), Id), policy, minutes: 60).State;
        Assert.Equal("The watch is over: a person decides.", Refused(state, new RolloutEvent.GuardrailTripped(NextId(), Id, "errors", "x")));
        Assert.Contains(new RolloutEffect.FlipChampion(2, 1), Moved(state, new RolloutEvent.RolledBackByHand(NextId(), Id, "bob", "worse"), policy).Effects);
    }

    [Fact]
    public void Event_ThatCameAlready_ChangesNothing()
    {
        var opened = new RolloutEvent.StageOpened("once", Id, RolloutStage.Registered);
        var state = Moved(New(), opened, policy).State;
        Assert.IsType<Transition.Nothing>(RolloutMachine.Apply(state, opened, policy, now));
    }

    [Fact]
    public void Event_OfAnotherRollout_IsRefused() =>
        Assert.Contains("the event is of", Refused(New(), new RolloutEvent.Aborted(NextId(), Guid.Empty, "bob", "x")), StringComparison.Ordinal);

    [Fact]
    public void Bake_BeforeItsTime_IsRefusedWithTheTime()
    {
        var state = ToCanary(policy);
        now += TimeSpan.FromMinutes(9);
        Assert.Equal($"It is not due before {state.Since + TimeSpan.FromMinutes(10):u}.", Refused(state, new RolloutEvent.BakeElapsed(NextId(), Id, 0)));
        Assert.Equal("Nothing of the kind is waited for now.", Refused(state, new RolloutEvent.BakeElapsed(NextId(), Id, 1)));
    }

    [Fact]
    public void Pause_StopsTheClock_AndNothingGoesOnButTheWayBack()
    {
        var state = Moved(ToCanary(policy), new RolloutEvent.PausedByHand(NextId(), Id, "bob", "lunch"), policy, minutes: 5).State;
        now += TimeSpan.FromHours(2);
        Assert.Equal("It is paused by bob: lunch", Refused(state, new RolloutEvent.BakeElapsed(NextId(), Id, 0)));
        Assert.Equal(RolloutStage.RolledBack, Moved(state, new RolloutEvent.GuardrailTripped(NextId(), Id, "errors", "x"), policy).State.Stage);
        state = Moved(state, new RolloutEvent.Resumed(NextId(), Id, "bob"), policy).State;
        Assert.Equal(TimeSpan.FromMinutes(5), RolloutClock.Elapsed(state, now));
        Assert.Equal(now + TimeSpan.FromMinutes(5), RolloutClock.NextWake(state, policy, now));
    }

    [Fact]
    public void Approval_OfFourEyes_TakesTwoOthers()
    {
        var strict = policy with { Approvals = new() { Required = ApprovalsRequired.Two } };
        var state = Moved(ToCanary(strict), new RolloutEvent.BakeElapsed(NextId(), Id, 0), strict, minutes: 10).State;
        Assert.Equal((RolloutStage.AwaitingApproval, 0.5), (state.Stage, TrafficPlan.Of(state, strict).Share));
        Assert.Contains("ada registered this version", Refused(state, Approve("ada"), strict), StringComparison.Ordinal);
        Assert.Contains("an approval before the release means nothing", Refused(state, new RolloutEvent.Approved(NextId(), Id, Checkpoint.Release, "bob"), strict), StringComparison.Ordinal);
        state = Moved(state, Approve("bob"), strict).State;
        Assert.Equal("bob has agreed already; another person must.", Refused(state, Approve("bob"), strict));
        Assert.Equal(RolloutStage.Champion, Moved(state, Approve("eve"), strict).State.Stage);
    }

    [Theory]
    [InlineData(Silence.Approve, RolloutStage.Champion)]
    [InlineData(Silence.Veto, RolloutStage.RolledBack)]
    public void ExternalGate_ThatIsSilent_CountsAsThePolicySays(Silence silence, RolloutStage expected)
    {
        var asking = policy with { External = new Dictionary<string, ExternalGatePolicy> { ["risk"] = new() { Silence = silence } } };
        var state = Moved(ToCanary(asking), new RolloutEvent.BakeElapsed(NextId(), Id, 0), asking, minutes: 10).State;
        now += TimeSpan.FromHours(1);
        Assert.Equal(expected, Moved(state, Assert.Single(RolloutClock.Due(state, asking, now)), asking).State.Stage);
    }

    [Theory]
    [InlineData(AtDeadline.Ask, RolloutStage.AwaitingApproval)]
    [InlineData(AtDeadline.Reject, RolloutStage.Rejected)]
    [InlineData(AtDeadline.Proceed, RolloutStage.Canary)]
    public void Shadow_WithoutAVerdict_EndsAsThePolicySays(AtDeadline asks, RolloutStage expected)
    {
        var late = policy with { Shadow = new() { AtDeadline = asks } };
        var state = ToShadow(late);
        now += TimeSpan.FromDays(14);
        Assert.Equal(expected, Moved(state, Assert.Single(RolloutClock.Due(state, late, now)), late).State.Stage);
    }

    [Theory]
    [InlineData(NewerCandidate.Supersede, RolloutStage.Rejected)]
    [InlineData(NewerCandidate.Queue, RolloutStage.Shadowing)]
    public void NewerCandidate_ByPolicy_TakesThePlaceOrWaits(NewerCandidate newer, RolloutStage expected)
    {
        var other = policy with { Newer = newer };
        var moved = Moved(ToShadow(other), new RolloutEvent.Superseded(NextId(), Id, 3), other);
        Assert.Equal(expected, moved.State.Stage);
        Assert.Equal(newer == NewerCandidate.Supersede, moved.Effects.OfType<RolloutEffect.Begin>().Any(begin => begin.Version == 3));
        if (newer == NewerCandidate.Queue) Assert.Equal([new(2, 1), new(3, 1)], TrafficPlan.Of(moved.State, other).Shadows);
    }

    [Fact]
    public void NewerCandidate_WhereThePolicyRefuses_IsRefused() =>
        Assert.Contains("the policy refuses others", Refused(ToShadow(policy), new RolloutEvent.Superseded(NextId(), Id, 3), policy with { Newer = NewerCandidate.Reject }), StringComparison.Ordinal);

    [Fact]
    public void Champion_ChangedFromOutside_EndsWhatWasComparedWithIt()
    {
        var moved = Moved(ToCanary(policy), new RolloutEvent.ChampionChanged(NextId(), Id, 7), policy);
        Assert.Equal(RolloutStage.RolledBack, moved.State.Stage);
        Assert.Contains(new RolloutEffect.SetTraffic(new(7, null, 0, [])), moved.Effects);
        Assert.DoesNotContain(moved.Effects, effect => effect is RolloutEffect.Quarantine);
    }

    [Fact]
    public void Split_OfABandit_FollowsTheNewestDrawingWithinTheFloor()
    {
        var bandit = policy with { Release = new() { Strategy = ReleaseStrategy.Bandit, Trial = new() { Outcome = "click" } } };
        var state = Moved(ToCanary(bandit), new RolloutEvent.Reallocated(NextId(), Id, 2, 0.7), bandit).State;
        Assert.Equal(0.7, TrafficPlan.Of(state, bandit).Share);
        Assert.Equal("Drawing 2 is newer than 1.", Refused(state, new RolloutEvent.Reallocated(NextId(), Id, 1, 0.2), bandit));
        Assert.Contains("leaves less than 0.1", Refused(state, new RolloutEvent.Reallocated(NextId(), Id, 3, 0.95), bandit), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithApproversWhoMayNot_IsRefused()
    {
        var strict = policy with { Approvals = new() { Required = ApprovalsRequired.Two, Approvers = ["ada", "bob"] } };
        Assert.Equal("2 persons other than ada must approve, and 1 of those named may.", Assert.IsType<Transition.Refused>(RolloutMachine.Start(New(), strict)).Reason);
    }

    [Fact]
    public void Rollout_WithoutAChampion_HasNobodyToCompareWithAndIsPromotedOnceValidated()
    {
        var state = Moved(New() with { Champion = null }, new RolloutEvent.StageOpened(NextId(), Id, RolloutStage.Registered), policy).State;
        state = Moved(state, new RolloutEvent.ValidationFinished(NextId(), Id, true, "ok"), policy).State;
        state = Moved(state, new RolloutEvent.StageOpened(NextId(), Id, RolloutStage.Validated), policy).State;
        Assert.Equal((RolloutStage.Champion, true), (state.Stage, state.FormerLetGo));
        Assert.Equal("There is no former champion to go back to.", Refused(state, new RolloutEvent.RolledBackByHand(NextId(), Id, "bob", "x")));
    }

    private static RolloutState New() => new(Id, "m", 2, 1, "ada", 1, Start);

    private RolloutState ToShadow(RolloutPolicy by)
    {
        var state = Moved(New(), new RolloutEvent.StageOpened(NextId(), Id, RolloutStage.Registered), by).State;
        state = Moved(state, new RolloutEvent.ValidationFinished(NextId(), Id, true, "ok"), by).State;
        return Moved(state, new RolloutEvent.StageOpened(NextId(), Id, RolloutStage.Validated), by).State;
    }

    private RolloutState ToCanary(RolloutPolicy by) => Moved(ToShadow(by), new RolloutEvent.ShadowVerdict(NextId(), Id, true, "not inferior"), by).State;

    private RolloutEvent.Approved Approve(string by) => new(NextId(), Id, Checkpoint.Promotion, by);

    private Transition.Moved Moved(RolloutState state, RolloutEvent happened, RolloutPolicy by, int minutes = 0)
    {
        now += TimeSpan.FromMinutes(minutes);
        return Assert.IsType<Transition.Moved>(RolloutMachine.Apply(state, happened, by, now));
    }

    private string Refused(RolloutState state, RolloutEvent happened, RolloutPolicy? by = null) =>
        Assert.IsType<Transition.Refused>(RolloutMachine.Apply(state, happened, by ?? policy, now)).Reason;

    private string NextId() => $"e{++events}";
}
