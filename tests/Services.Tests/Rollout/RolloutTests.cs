using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Rollout;
using Serverless.Services.Rollout.Store;
using Serverless.Services.Tests.Faults;
using Serverless.Services.Tests.Monitoring.Alerts;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout;

/// <summary>Rollouts over a real storage: what the machine says is kept, told and done, in one transaction each.</summary>
public sealed class RolloutTests(AzuriteFixture azurite) : RolloutCase(azurite, 4)
{
    private const string Quick = """{"shadow": {"minimumRows": 100, "minimumDays": 0, "margin": 0.05}, "release": {"bakingTime": "PT10M", "minimumRows": 10}}""";

    [Fact]
    public async Task Candidate_ThatPassesEverything_BecomesChampion()
    {
        await Rig.PolicyAsync(Model, Quick);
        await Rig.StartAsync(Model, 2);
        await Rig.AdvanceAsync(Model);
        Assert.Equal(RolloutStage.Shadowing, (await Rig.NewestAsync(Model)).Stage);
        var split = (await SnapshotAsync()).Traffic!;
        Assert.Equal([new TrafficShadow(2, 1)], split.Shadows);

        Evidence.Shadow = StatedEvidence.Agrees(10_000);
        await Rig.AdvanceAsync(Model);
        var released = await Rig.NewestAsync(Model);
        Assert.Equal(RolloutStage.Canary, released.Stage);
        Assert.Equal([new TrafficArm("canary", 2, 0.1)], (await SnapshotAsync()).Traffic!.Arms);
        Assert.Equal([2], (await SnapshotAsync()).Warm);

        Clock.Advance(TimeSpan.FromMinutes(11));
        await Rig.AdvanceAsync(Model);
        Assert.Equal(2, await Rig.ChampionAsync(Model));
        Assert.Null((await SnapshotAsync()).Traffic);
        Assert.Equal([1, 2], (await SnapshotAsync()).Warm);

        Clock.Advance(TimeSpan.FromDays(2));
        await Rig.AdvanceAsync(Model);
        var settled = await Rig.NewestAsync(Model);
        Assert.True(settled is { Stage: RolloutStage.Champion, IsSettled: true }, $"{settled}");
        Assert.Null((await Rig.Get<ModelStore>().GetAsync(Model, default)).Rollouts);
        Assert.Equal([2], (await SnapshotAsync()).Warm);
        Assert.True((await Rig.Get<AuditTrail>().VerifyAsync(Model, default)).Valid);
    }

    [Fact]
    public async Task Guardrail_WhileItIsReleased_SendsCallersBackAndQuarantines()
    {
        await Rig.PolicyAsync(Model, Quick);
        await ReleaseAsync(2);
        Evidence.Release = StatedEvidence.Rows(1_000, ("errors.rate.difference", 0.2));
        await Rig.AdvanceAsync(Model);
        var state = await Rig.NewestAsync(Model);
        Assert.Equal(RolloutStage.RolledBack, state.Stage);
        Assert.Contains("errors fails: errors.rate.difference.lower <= 0.01, with errors.rate.difference.lower = 0.2", state.Ended, StringComparison.Ordinal);
        Assert.Equal(1, await Rig.ChampionAsync(Model));
        Assert.Null((await SnapshotAsync()).Traffic);

        var refused = await Assert.ThrowsAsync<ProblemException>(() => Rig.StartAsync(Model, 2));
        Assert.Contains("quarantine", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ProblemException>(() => Rig.Get<AliasService>().PutAsync(Model, AliasName.Champion, new(2), null, RolloutRig.Caller(), default));
        Assert.True(await Rig.Get<RolloutCommands>().StartAsync(Model, new(2, LiftQuarantine: "the cause was a full disk"), null, RolloutRig.Caller(), default));
    }

    [Fact]
    public async Task Guardrail_WhileTheNewChampionIsWatched_BringsTheFormerOneBack()
    {
        await Rig.PolicyAsync(Model, Quick);
        await ReleaseAsync(2);
        Clock.Advance(TimeSpan.FromMinutes(11));
        await Rig.AdvanceAsync(Model);
        Assert.Equal(2, await Rig.ChampionAsync(Model));
        Evidence.Release = StatedEvidence.Rows(1_000, ("errors.rate.difference", 0.5));
        await Rig.AdvanceAsync(Model);
        Assert.Equal(1, await Rig.ChampionAsync(Model));
        Assert.Equal(RolloutStage.RolledBack, (await Rig.NewestAsync(Model)).Stage);
    }

    [Fact]
    public async Task Decisions_AreKeptWithTheirFigures_AndComeToTheSameAgain()
    {
        await Rig.PolicyAsync(Model, Quick);
        await ReleaseAsync(2);
        Clock.Advance(TimeSpan.FromMinutes(11));
        await Rig.AdvanceAsync(Model);
        var store = Rig.Get<RolloutStore>();
        var (decisions, _) = await store.DecisionsAsync(Model, new(100, null), default);
        Assert.Equal([DecisionStage.Watch, DecisionStage.Release, DecisionStage.Release, DecisionStage.Shadow, DecisionStage.Validation], decisions.Select(decision => decision.Subject.Stage));
        foreach (var decision in decisions)
        {
            var figures = await store.EvidenceAsync(decision, default);
            Assert.Equal(decision.Evidence, figures.Hash);
            var again = decision.Recompute(figures);
            Assert.Equal(decision.Results, again.Results);
            Assert.Equal(decision.Outcome, again.Outcome);
            Assert.Equal(decision.Comparison?.Judgement, again.Comparison?.Judgement);
            Assert.True(decision.Agrees(again), decision.Words);
        }
    }

    [Fact]
    public async Task Look_ThatComesToTheSame_KeepsNothing()
    {
        await Rig.PolicyAsync(Model, Quick);
        await ReleaseAsync(2);
        await Rig.AdvanceAsync(Model);
        var before = await Rig.Get<ModelStore>().GetAsync(Model, default);
        for (var look = 0; look < 3; look++) await Rig.AdvanceAsync(Model);
        Assert.Equal(before.Audit, (await Rig.Get<ModelStore>().GetAsync(Model, default)).Audit);
    }

    [Fact]
    public async Task Champion_MovedByHand_EndsWhatWasComparedWithTheFormerOne()
    {
        await Rig.PolicyAsync(Model, Quick);
        await ReleaseAsync(2);
        await Rig.Get<AliasService>().PutAsync(Model, AliasName.Champion, new(3), null, RolloutRig.Caller(), default);
        await Rig.AdvanceAsync(Model);
        var state = await Rig.NewestAsync(Model);
        Assert.Equal(RolloutStage.RolledBack, state.Stage);
        Assert.Equal(3, await Rig.ChampionAsync(Model));
        Assert.Null((await SnapshotAsync()).Traffic);
    }

    [Fact]
    public async Task Promotion_WhileAnotherHostLooks_IsNoChangeFromOutside()
    {
        await Rig.PolicyAsync(Model, Quick);
        await ReleaseAsync(2);
        Clock.Advance(TimeSpan.FromMinutes(11));
        // It has read the model, and not yet the rollout.
        var (looking, promoted) = (new Kill(0, false), false);
        looking.Before = async request =>
        {
            if (promoted || !Uri.UnescapeDataString(request.Uri.ToString()).Contains("RowKey='rollout|", StringComparison.Ordinal)) return;
            promoted = true;
            await Rig.AdvanceAsync(Model);
        };
        await using var other = new RolloutRig(Azurite.ConnectionString, Clock, Evidence, Receiver.Address + "/events", looking);
        await other.AdvanceAsync(Model);
        Assert.True(promoted);
        Assert.Equal(RolloutStage.Champion, (await Rig.NewestAsync(Model)).Stage);
        Assert.Equal(2, await Rig.ChampionAsync(Model));
    }

    [Fact]
    public async Task NewerCandidate_BeforeThePromotion_TakesItsPlace()
    {
        await Rig.PolicyAsync(Model, Quick);
        await Rig.StartAsync(Model, 2);
        await Rig.AdvanceAsync(Model);
        await Rig.StartAsync(Model, 3);
        var (rollouts, _) = await Rig.Get<RolloutStore>().ListAsync(Model, new(10, null), default);
        Assert.Equal([(3, RolloutStage.Registered), (2, RolloutStage.Rejected)], rollouts.Select(one => (one.State.Version, one.State.Stage)));
        await Rig.AdvanceAsync(Model);
        Assert.Equal([new TrafficShadow(3, 1)], (await SnapshotAsync()).Traffic!.Shadows);
    }

    [Fact]
    public async Task NewerCandidate_TakenOutOfQuarantine_TakesItsPlace()
    {
        await Rig.PolicyAsync(Model, Quick);
        await ReleaseAsync(2);
        await Rig.ActAsync(Model, RolloutAction.Rollback);
        await Rig.StartAsync(Model, 3);
        await Rig.Get<RolloutCommands>().StartAsync(Model, new(2, LiftQuarantine: "the cause was a full disk"), null, RolloutRig.Caller(), default);
        var (rollouts, _) = await Rig.Get<RolloutStore>().ListAsync(Model, new(10, null), default);
        Assert.Equal([(2, RolloutStage.Registered), (3, RolloutStage.Rejected), (2, RolloutStage.RolledBack)], rollouts.Select(one => (one.State.Version, one.State.Stage)));
    }

    [Theory]
    [InlineData("supersede")]
    [InlineData("queue")]
    public async Task Champion_AskedForAsACandidate_TakesNobodysPlace(string newer)
    {
        await Rig.PolicyAsync(Model, $$"""{"newer": "{{newer}}"}""");
        await Rig.StartAsync(Model, 2);
        var refused = await Assert.ThrowsAsync<ProblemException>(() => Rig.StartAsync(Model, 1));
        Assert.Equal("Version 1 is the champion already.", refused.Message);
        var state = await Rig.NewestAsync(Model);
        Assert.True(state is { Version: 2, Stage: RolloutStage.Registered, Waiting.IsEmpty: true }, $"{state}");
    }

    [Fact]
    public async Task CandidatesThatWait_AnswerBesideTheChampion_WhicheverRolloutTheyWaitFor()
    {
        await Rig.PolicyAsync(Model, """{"newer": "queue", "approvals": {"required": "one", "before": "release"}}""");
        foreach (var version in new[] { 2, 3, 4 }) await Rig.StartAsync(Model, version);
        Assert.Equal([new TrafficShadow(3, 1), new TrafficShadow(4, 1)], (await SnapshotAsync()).Traffic!.Shadows);
        await Rig.ActAsync(Model, RolloutAction.Abort);
        var next = await Rig.NewestAsync(Model);
        Assert.Equal((3, RolloutStage.Registered), (next.Version, next.Stage));
        Assert.Equal([new TrafficShadow(4, 1)], (await SnapshotAsync()).Traffic!.Shadows);
    }

    [Fact]
    public async Task CandidatesThatWait_AndCannotBegin_AreToldWhy_AndTheNextOneBegins()
    {
        await Rig.PolicyAsync(Model, """{"newer": "queue", "approvals": {"required": "one", "before": "release"}}""");
        foreach (var version in new[] { 2, 3, 4 }) await Rig.StartAsync(Model, version);
        await Rig.Get<VersionService>().SetArchivedAsync(Model, 3, true, "tidy", null, RolloutRig.Caller(), default);
        await Rig.ActAsync(Model, RolloutAction.Abort);
        var (rollouts, _) = await Rig.Get<RolloutStore>().ListAsync(Model, new(10, null), default);
        Assert.Equal([(4, RolloutStage.Registered, null), (3, RolloutStage.Rejected, "It waited, and does not begin: Version 3 is archived.")], rollouts.Where(one => one.State.Version > 2).OrderByDescending(one => one.State.Version).Select(one => (one.State.Version, one.State.Stage, one.State.Ended)));
        var rows = await RolloutRows.ReadAsync(Rig.Get<Azure.Data.Tables.TableServiceClient>().GetTableClient(Serverless.Services.Storage.StorageNames.ModelsTable), Model);
        await rows.AssertAsync(await Rig.Get<RolloutStore>().PolicyAsync(Model, 1, default));
        Assert.Equal([Actions.RolloutStarted, Actions.RolloutRejected], rows.Entries.Where(entry => entry.Subject.EndsWith("versions/3", StringComparison.Ordinal) && entry.Action.StartsWith("Rollout", StringComparison.Ordinal)).Select(entry => entry.Action));
        Assert.Contains(Receiver.Events, one => one.Type == "Serverless.Rollout.Rejected" && one.Subject == $"models/{Model}/versions/3");
    }

    [Fact]
    public async Task Start_AskedForAgain_IsAnsweredAsTheFirst_AndOnceOverOnlyByTheSameRequest()
    {
        await Rig.PolicyAsync(Model, """{"newer": "queue", "validation": {"enabled": false}}""");
        var (commands, first) = (Rig.Get<RolloutCommands>(), RolloutRig.Caller());
        Assert.True(await commands.StartAsync(Model, new(2), null, first, default));
        Assert.True(await commands.StartAsync(Model, new(3), null, RolloutRig.Caller(), default));
        var audited = (await Rig.Get<ModelStore>().GetAsync(Model, default)).Audit;
        foreach (var version in new[] { 2, 3 }) Assert.False(await commands.StartAsync(Model, new(version), null, RolloutRig.Caller(), default));
        Assert.Equal(audited, (await Rig.Get<ModelStore>().GetAsync(Model, default)).Audit);
        await Assert.ThrowsAsync<ProblemException>(() => commands.StartAsync(Model, new(2, ReleaseStrategy.Linear), null, RolloutRig.Caller(), default));
        await Assert.ThrowsAsync<ProblemException>(() => commands.StartAsync(Model, new(3, ReleaseStrategy.Linear), null, RolloutRig.Caller(), default));

        await Rig.ActAsync(Model, RolloutAction.Abort);
        await Rig.ActAsync(Model, RolloutAction.Abort);
        var last = RolloutRig.Caller();
        Assert.True(await commands.StartAsync(Model, new(2), null, last, default));
        await Rig.ActAsync(Model, RolloutAction.Abort);
        Assert.False(await commands.StartAsync(Model, new(2), null, last, default));
        Assert.True(await commands.StartAsync(Model, new(2), null, RolloutRig.Caller(), default));
    }

    [Fact]
    public async Task CandidatesThatWait_BehindAChampionThatIsReplacedByHand_DoNotFollowIt()
    {
        await Rig.PolicyAsync(Model, """{"newer": "queue", "validation": {"enabled": false}, "release": {"strategy": "allAtOnce"}, "shadow": {"minimumRows": 100, "minimumDays": 0}}""");
        await ReleaseAsync(2, RolloutStage.Champion);
        await Rig.StartAsync(Model, 3);
        Assert.Equal([new TrafficShadow(3, 1)], (await SnapshotAsync()).Traffic!.Shadows);
        await Rig.Get<VersionService>().SetArchivedAsync(Model, 3, true, "tidy", null, RolloutRig.Caller(), default);
        await Rig.Get<AliasService>().PutAsync(Model, AliasName.Champion, new(4), null, RolloutRig.Caller(), default);
        await Rig.AdvanceAsync(Model);
        var (rollouts, _) = await Rig.Get<RolloutStore>().ListAsync(Model, new(10, null), default);
        Assert.Equal([(2, RolloutStage.Retired), (3, RolloutStage.Rejected)], rollouts.OrderBy(one => one.State.Version).Select(one => (one.State.Version, one.State.Stage)));
        Assert.Null((await SnapshotAsync()).Traffic);
    }

    [Fact]
    public async Task FourEyes_AreThoseOfTwoOthers()
    {
        await Rig.PolicyAsync(Model, """{"shadow": {"enabled": false}, "approvals": {"required": "two", "before": "release"}}""");
        await Rig.StartAsync(Model, 2);
        await Rig.AdvanceAsync(Model);
        Assert.Equal(RolloutStage.AwaitingApproval, (await Rig.NewestAsync(Model)).Stage);
        var own = await Assert.ThrowsAsync<ProblemException>(() => Rig.ActAsync(Model, RolloutAction.Approve, "registrar"));
        Assert.Contains("four eyes", own.Message, StringComparison.Ordinal);
        await Rig.ActAsync(Model, RolloutAction.Approve, "alice");
        await Assert.ThrowsAsync<ProblemException>(() => Rig.ActAsync(Model, RolloutAction.Approve, "alice"));
        Assert.Equal(RolloutStage.Canary, (await Rig.ActAsync(Model, RolloutAction.Approve, "bob")).Stage);
    }

    [Fact]
    public async Task Person_WhoSendsCallersBack_DoesSoInOneCall()
    {
        await Rig.PolicyAsync(Model, """{"validation": {"enabled": false}, "shadow": {"enabled": false}, "release": {"strategy": "allAtOnce"}}""");
        await Rig.StartAsync(Model, 2);
        await Rig.AdvanceAsync(Model);
        Assert.Equal(2, await Rig.ChampionAsync(Model));
        Assert.Equal(RolloutStage.RolledBack, (await Rig.ActAsync(Model, RolloutAction.Rollback)).Stage);
        Assert.Equal(1, await Rig.ChampionAsync(Model));
        await Assert.ThrowsAsync<ProblemException>(() => Rig.ActAsync(Model, RolloutAction.Rollback));
    }

    [Fact]
    public async Task Events_OfARollout_ShareItsCorrelationId()
    {
        await Rig.PolicyAsync(Model, Quick);
        await ReleaseAsync(2);
        var state = await Rig.NewestAsync(Model);
        var told = Receiver.Events.Where(one => one.Type.StartsWith("Serverless.Rollout.", StringComparison.Ordinal)).ToArray();
        Assert.Contains(told, one => one.Type == "Serverless.Rollout.Started");
        Assert.All(told, one =>
        {
            Assert.Equal($"models/{Model}/versions/2", one.Subject);
            Assert.Equal(state.Id.ToString("D"), JsonDocument.Parse(one.Data!.ToString()).RootElement.GetProperty("correlationId").GetString());
        });
    }

    private async Task ReleaseAsync(int version, RolloutStage until = RolloutStage.Canary)
    {
        await Rig.StartAsync(Model, version);
        Evidence.Shadow = StatedEvidence.Agrees(10_000);
        await Rig.AdvanceAsync(Model);
        Assert.Equal(until, (await Rig.NewestAsync(Model)).Stage);
    }

    private async Task<ModelSnapshot> SnapshotAsync() => (await Rig.Get<SnapshotReader>().ReadAsync(Model, default))!;
}
