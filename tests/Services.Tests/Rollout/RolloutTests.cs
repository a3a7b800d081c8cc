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
public sealed class RolloutTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Quick = """{"shadow": {"minimumRows": 100, "minimumDays": 0, "margin": 0.05}, "release": {"bakingTime": "PT10M", "minimumRows": 10}}""";

    private readonly MovedClock clock = new();
    private readonly StatedEvidence evidence = new();
    private Receiver receiver = null!;
    private RolloutRig rig = null!;
    private ModelName model;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.StartAsync();
        rig = new(azurite.ConnectionString, clock, evidence, receiver.Address + "/events");
        model = await Versions.RegisterAsync(rig, 4);
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Candidate_ThatPassesEverything_BecomesChampion()
    {
        await rig.PolicyAsync(model, Quick);
        await rig.StartAsync(model, 2);
        await rig.AdvanceAsync(model);
        Assert.Equal(RolloutStage.Shadowing, (await rig.NewestAsync(model)).Stage);
        var split = (await SnapshotAsync()).Traffic!;
        Assert.Equal([new TrafficShadow(2, 1)], split.Shadows);

        evidence.Shadow = StatedEvidence.Agrees(10_000);
        await rig.AdvanceAsync(model);
        var released = await rig.NewestAsync(model);
        Assert.Equal(RolloutStage.Canary, released.Stage);
        Assert.Equal([new TrafficArm("canary", 2, 0.1)], (await SnapshotAsync()).Traffic!.Arms);
        Assert.Equal([2], (await SnapshotAsync()).Warm);

        clock.Advance(TimeSpan.FromMinutes(11));
        await rig.AdvanceAsync(model);
        Assert.Equal(2, await rig.ChampionAsync(model));
        Assert.Null((await SnapshotAsync()).Traffic);
        Assert.Equal([1, 2], (await SnapshotAsync()).Warm);

        clock.Advance(TimeSpan.FromDays(2));
        await rig.AdvanceAsync(model);
        var settled = await rig.NewestAsync(model);
        Assert.True(settled is { Stage: RolloutStage.Champion, IsSettled: true }, $"{settled}");
        Assert.Null((await rig.Get<ModelStore>().GetAsync(model, default)).Rollouts);
        Assert.Equal([2], (await SnapshotAsync()).Warm);
        Assert.True((await rig.Get<AuditTrail>().VerifyAsync(model, default)).Valid);
    }

    [Fact]
    public async Task Guardrail_WhileItIsReleased_SendsCallersBackAndQuarantines()
    {
        await rig.PolicyAsync(model, Quick);
        await ReleaseAsync(2);
        evidence.Release = StatedEvidence.Rows(1_000, ("errors.rate.difference", 0.2));
        await rig.AdvanceAsync(model);
        var state = await rig.NewestAsync(model);
        Assert.Equal(RolloutStage.RolledBack, state.Stage);
        Assert.Contains("errors fails: errors.rate.difference.lower <= 0.01, with errors.rate.difference.lower = 0.2", state.Ended, StringComparison.Ordinal);
        Assert.Equal(1, await rig.ChampionAsync(model));
        Assert.Null((await SnapshotAsync()).Traffic);

        var refused = await Assert.ThrowsAsync<ProblemException>(() => rig.StartAsync(model, 2));
        Assert.Contains("quarantine", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ProblemException>(() => rig.Get<AliasService>().PutAsync(model, AliasName.Champion, new(2), null, RolloutRig.Caller(), default));
        Assert.True(await rig.Get<RolloutCommands>().StartAsync(model, new(2, LiftQuarantine: "the cause was a full disk"), null, RolloutRig.Caller(), default));
    }

    [Fact]
    public async Task Guardrail_WhileTheNewChampionIsWatched_BringsTheFormerOneBack()
    {
        await rig.PolicyAsync(model, Quick);
        await ReleaseAsync(2);
        clock.Advance(TimeSpan.FromMinutes(11));
        await rig.AdvanceAsync(model);
        Assert.Equal(2, await rig.ChampionAsync(model));
        evidence.Release = StatedEvidence.Rows(1_000, ("errors.rate.difference", 0.5));
        await rig.AdvanceAsync(model);
        Assert.Equal(1, await rig.ChampionAsync(model));
        Assert.Equal(RolloutStage.RolledBack, (await rig.NewestAsync(model)).Stage);
    }

    [Fact]
    public async Task Decisions_AreKeptWithTheirFigures_AndComeToTheSameAgain()
    {
        await rig.PolicyAsync(model, Quick);
        await ReleaseAsync(2);
        clock.Advance(TimeSpan.FromMinutes(11));
        await rig.AdvanceAsync(model);
        var store = rig.Get<RolloutStore>();
        var (decisions, _) = await store.DecisionsAsync(model, new(100, null), default);
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
        await rig.PolicyAsync(model, Quick);
        await ReleaseAsync(2);
        await rig.AdvanceAsync(model);
        var before = await rig.Get<ModelStore>().GetAsync(model, default);
        for (var look = 0; look < 3; look++) await rig.AdvanceAsync(model);
        Assert.Equal(before.Audit, (await rig.Get<ModelStore>().GetAsync(model, default)).Audit);
    }

    [Fact]
    public async Task Champion_MovedByHand_EndsWhatWasComparedWithTheFormerOne()
    {
        await rig.PolicyAsync(model, Quick);
        await ReleaseAsync(2);
        await rig.Get<AliasService>().PutAsync(model, AliasName.Champion, new(3), null, RolloutRig.Caller(), default);
        await rig.AdvanceAsync(model);
        var state = await rig.NewestAsync(model);
        Assert.Equal(RolloutStage.RolledBack, state.Stage);
        Assert.Equal(3, await rig.ChampionAsync(model));
        Assert.Null((await SnapshotAsync()).Traffic);
    }

    [Fact]
    public async Task Promotion_WhileAnotherHostLooks_IsNoChangeFromOutside()
    {
        await rig.PolicyAsync(model, Quick);
        await ReleaseAsync(2);
        clock.Advance(TimeSpan.FromMinutes(11));
        // It has read the model, and not yet the rollout.
        var (looking, promoted) = (new Kill(0, false), false);
        looking.Before = async request =>
        {
            if (promoted || !Uri.UnescapeDataString(request.Uri.ToString()).Contains("RowKey='rollout|", StringComparison.Ordinal)) return;
            promoted = true;
            await rig.AdvanceAsync(model);
        };
        await using var other = new RolloutRig(azurite.ConnectionString, clock, evidence, receiver.Address + "/events", looking);
        await other.AdvanceAsync(model);
        Assert.True(promoted);
        Assert.Equal(RolloutStage.Champion, (await rig.NewestAsync(model)).Stage);
        Assert.Equal(2, await rig.ChampionAsync(model));
    }

    [Fact]
    public async Task NewerCandidate_BeforeThePromotion_TakesItsPlace()
    {
        await rig.PolicyAsync(model, Quick);
        await rig.StartAsync(model, 2);
        await rig.AdvanceAsync(model);
        await rig.StartAsync(model, 3);
        var (rollouts, _) = await rig.Get<RolloutStore>().ListAsync(model, new(10, null), default);
        Assert.Equal([(3, RolloutStage.Registered), (2, RolloutStage.Rejected)], rollouts.Select(one => (one.State.Version, one.State.Stage)));
        await rig.AdvanceAsync(model);
        Assert.Equal([new TrafficShadow(3, 1)], (await SnapshotAsync()).Traffic!.Shadows);
    }

    [Fact]
    public async Task NewerCandidate_TakenOutOfQuarantine_TakesItsPlace()
    {
        await rig.PolicyAsync(model, Quick);
        await ReleaseAsync(2);
        await rig.ActAsync(model, RolloutAction.Rollback);
        await rig.StartAsync(model, 3);
        await rig.Get<RolloutCommands>().StartAsync(model, new(2, LiftQuarantine: "the cause was a full disk"), null, RolloutRig.Caller(), default);
        var (rollouts, _) = await rig.Get<RolloutStore>().ListAsync(model, new(10, null), default);
        Assert.Equal([(2, RolloutStage.Registered), (3, RolloutStage.Rejected), (2, RolloutStage.RolledBack)], rollouts.Select(one => (one.State.Version, one.State.Stage)));
    }

    [Theory]
    [InlineData("supersede")]
    [InlineData("queue")]
    public async Task Champion_AskedForAsACandidate_TakesNobodysPlace(string newer)
    {
        await rig.PolicyAsync(model, $$"""{"newer": "{{newer}}"}""");
        await rig.StartAsync(model, 2);
        var refused = await Assert.ThrowsAsync<ProblemException>(() => rig.StartAsync(model, 1));
        Assert.Equal("Version 1 is the champion already.", refused.Message);
        var state = await rig.NewestAsync(model);
        Assert.True(state is { Version: 2, Stage: RolloutStage.Registered, Waiting.IsEmpty: true }, $"{state}");
    }

    [Fact]
    public async Task CandidatesThatWait_AnswerBesideTheChampion_WhicheverRolloutTheyWaitFor()
    {
        await rig.PolicyAsync(model, """{"newer": "queue", "approvals": {"required": "one", "before": "release"}}""");
        foreach (var version in new[] { 2, 3, 4 }) await rig.StartAsync(model, version);
        Assert.Equal([new TrafficShadow(3, 1), new TrafficShadow(4, 1)], (await SnapshotAsync()).Traffic!.Shadows);
        await rig.ActAsync(model, RolloutAction.Abort);
        var next = await rig.NewestAsync(model);
        Assert.Equal((3, RolloutStage.Registered), (next.Version, next.Stage));
        Assert.Equal([new TrafficShadow(4, 1)], (await SnapshotAsync()).Traffic!.Shadows);
    }

    [Fact]
    public async Task CandidatesThatWait_AndCannotBegin_AreToldWhy_AndTheNextOneBegins()
    {
        await rig.PolicyAsync(model, """{"newer": "queue", "approvals": {"required": "one", "before": "release"}}""");
        foreach (var version in new[] { 2, 3, 4 }) await rig.StartAsync(model, version);
        await rig.Get<VersionService>().SetArchivedAsync(model, 3, true, "tidy", null, RolloutRig.Caller(), default);
        await rig.ActAsync(model, RolloutAction.Abort);
        var (rollouts, _) = await rig.Get<RolloutStore>().ListAsync(model, new(10, null), default);
        Assert.Equal([(4, RolloutStage.Registered, null), (3, RolloutStage.Rejected, "It waited, and does not begin: Version 3 is archived.")], rollouts.Where(one => one.State.Version > 2).OrderByDescending(one => one.State.Version).Select(one => (one.State.Version, one.State.Stage, one.State.Ended)));
        var rows = await RolloutRows.ReadAsync(rig.Get<Azure.Data.Tables.TableServiceClient>().GetTableClient(Serverless.Services.Storage.StorageNames.ModelsTable), model);
        await rows.AssertAsync(await rig.Get<RolloutStore>().PolicyAsync(model, 1, default));
        Assert.Equal([Actions.RolloutStarted, Actions.RolloutRejected], rows.Entries.Where(entry => entry.Subject.EndsWith("versions/3", StringComparison.Ordinal) && entry.Action.StartsWith("Rollout", StringComparison.Ordinal)).Select(entry => entry.Action));
        Assert.Contains(receiver.Events, one => one.Type == "Serverless.Rollout.Rejected" && one.Subject == $"models/{model}/versions/3");
    }

    [Fact]
    public async Task Start_AskedForAgain_IsAnsweredAsTheFirst_AndOnceOverOnlyByTheSameRequest()
    {
        await rig.PolicyAsync(model, """{"newer": "queue", "validation": {"enabled": false}}""");
        var (commands, first) = (rig.Get<RolloutCommands>(), RolloutRig.Caller());
        Assert.True(await commands.StartAsync(model, new(2), null, first, default));
        Assert.True(await commands.StartAsync(model, new(3), null, RolloutRig.Caller(), default));
        var audited = (await rig.Get<ModelStore>().GetAsync(model, default)).Audit;
        foreach (var version in new[] { 2, 3 }) Assert.False(await commands.StartAsync(model, new(version), null, RolloutRig.Caller(), default));
        Assert.Equal(audited, (await rig.Get<ModelStore>().GetAsync(model, default)).Audit);
        await Assert.ThrowsAsync<ProblemException>(() => commands.StartAsync(model, new(2, ReleaseStrategy.Linear), null, RolloutRig.Caller(), default));
        await Assert.ThrowsAsync<ProblemException>(() => commands.StartAsync(model, new(3, ReleaseStrategy.Linear), null, RolloutRig.Caller(), default));

        await rig.ActAsync(model, RolloutAction.Abort);
        await rig.ActAsync(model, RolloutAction.Abort);
        var last = RolloutRig.Caller();
        Assert.True(await commands.StartAsync(model, new(2), null, last, default));
        await rig.ActAsync(model, RolloutAction.Abort);
        Assert.False(await commands.StartAsync(model, new(2), null, last, default));
        Assert.True(await commands.StartAsync(model, new(2), null, RolloutRig.Caller(), default));
    }

    [Fact]
    public async Task CandidatesThatWait_BehindAChampionThatIsReplacedByHand_DoNotFollowIt()
    {
        await rig.PolicyAsync(model, """{"newer": "queue", "validation": {"enabled": false}, "release": {"strategy": "allAtOnce"}, "shadow": {"minimumRows": 100, "minimumDays": 0}}""");
        await ReleaseAsync(2, RolloutStage.Champion);
        await rig.StartAsync(model, 3);
        Assert.Equal([new TrafficShadow(3, 1)], (await SnapshotAsync()).Traffic!.Shadows);
        await rig.Get<VersionService>().SetArchivedAsync(model, 3, true, "tidy", null, RolloutRig.Caller(), default);
        await rig.Get<AliasService>().PutAsync(model, AliasName.Champion, new(4), null, RolloutRig.Caller(), default);
        await rig.AdvanceAsync(model);
        var (rollouts, _) = await rig.Get<RolloutStore>().ListAsync(model, new(10, null), default);
        Assert.Equal([(2, RolloutStage.Retired), (3, RolloutStage.Rejected)], rollouts.OrderBy(one => one.State.Version).Select(one => (one.State.Version, one.State.Stage)));
        Assert.Null((await SnapshotAsync()).Traffic);
    }

    [Fact]
    public async Task FourEyes_AreThoseOfTwoOthers()
    {
        await rig.PolicyAsync(model, """{"shadow": {"enabled": false}, "approvals": {"required": "two", "before": "release"}}""");
        await rig.StartAsync(model, 2);
        await rig.AdvanceAsync(model);
        Assert.Equal(RolloutStage.AwaitingApproval, (await rig.NewestAsync(model)).Stage);
        var own = await Assert.ThrowsAsync<ProblemException>(() => rig.ActAsync(model, RolloutAction.Approve, "registrar"));
        Assert.Contains("four eyes", own.Message, StringComparison.Ordinal);
        await rig.ActAsync(model, RolloutAction.Approve, "alice");
        await Assert.ThrowsAsync<ProblemException>(() => rig.ActAsync(model, RolloutAction.Approve, "alice"));
        Assert.Equal(RolloutStage.Canary, (await rig.ActAsync(model, RolloutAction.Approve, "bob")).Stage);
    }

    [Fact]
    public async Task Person_WhoSendsCallersBack_DoesSoInOneCall()
    {
        await rig.PolicyAsync(model, """{"validation": {"enabled": false}, "shadow": {"enabled": false}, "release": {"strategy": "allAtOnce"}}""");
        await rig.StartAsync(model, 2);
        await rig.AdvanceAsync(model);
        Assert.Equal(2, await rig.ChampionAsync(model));
        Assert.Equal(RolloutStage.RolledBack, (await rig.ActAsync(model, RolloutAction.Rollback)).Stage);
        Assert.Equal(1, await rig.ChampionAsync(model));
        await Assert.ThrowsAsync<ProblemException>(() => rig.ActAsync(model, RolloutAction.Rollback));
    }

    [Fact]
    public async Task Events_OfARollout_ShareItsCorrelationId()
    {
        await rig.PolicyAsync(model, Quick);
        await ReleaseAsync(2);
        var state = await rig.NewestAsync(model);
        var told = receiver.Events.Where(one => one.Type.StartsWith("Serverless.Rollout.", StringComparison.Ordinal)).ToArray();
        Assert.Contains(told, one => one.Type == "Serverless.Rollout.Started");
        Assert.All(told, one =>
        {
            Assert.Equal($"models/{model}/versions/2", one.Subject);
            Assert.Equal(state.Id.ToString("D"), JsonDocument.Parse(one.Data!.ToString()).RootElement.GetProperty("correlationId").GetString());
        });
    }

    private async Task ReleaseAsync(int version, RolloutStage until = RolloutStage.Canary)
    {
        await rig.StartAsync(model, version);
        evidence.Shadow = StatedEvidence.Agrees(10_000);
        await rig.AdvanceAsync(model);
        Assert.Equal(until, (await rig.NewestAsync(model)).Stage);
    }

    private async Task<ModelSnapshot> SnapshotAsync() => (await rig.Get<SnapshotReader>().ReadAsync(model, default))!;
}
