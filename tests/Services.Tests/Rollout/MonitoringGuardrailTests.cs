using System.Text.Json;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Rollout.Live;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Monitoring.Alerts;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout;

/// <summary>A candidate that meets callers is sent back by how fast it uses up error budgets, and by what monitoring tells of drift and of the data contract, over a real storage.</summary>
public sealed class MonitoringGuardrailTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly MovedClock clock = new();
    private readonly StatedEvidence evidence = new();
    private Receiver receiver = null!;
    private RolloutRig rig = null!;
    private ModelName model;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.StartAsync();
        rig = new(azurite.ConnectionString, clock, evidence, receiver.Address + "/events");
        model = await Versions.RegisterAsync(rig, 2);
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Burn_OfTheCandidate_SendsItBack()
    {
        await ReleaseAsync("operations.burn.1h <= 10 and operations.burn.availability.5m <= 10");
        clock.Advance(TimeSpan.FromMinutes(3));
        // What the champion burns, what callers burn who named the version, and what it burnt before it met callers, is not held against it: 2 of 100 are 4 times 0.5 %.
        await StoreAsync("a", [1, 0, 0, 0, 500], [2, 1, 0, 0, 500], [2, 0, 0, 98, 2]);
        await StoreAsync(clock.GetUtcNow().AddHours(-2), "a", [2, 0, 30, 0, 500]);
        await LookAsync();
        Assert.Equal(RolloutStage.Canary, (await rig.NewestAsync(model)).Stage);
        var calm = await rig.Get<BurnEvidence>().GatherAsync(await rig.NewestAsync(model), default);
        Assert.Equal((4.0, 100), (Math.Round(calm.Figures["operations.burn.1h"].Value!.Value, 9), calm.Figures["operations.burn.1h"].Count));
        Assert.Equal(calm.Figures["operations.burn.1h"], calm.Figures["operations.burn.availability.1h"]);
        Assert.InRange(calm.Figures["operations.burn.1h"].Interval!.Value.Low, 0.5, 4);

        // Another instance: together 8 of 200, which is 8 times, and another: 48 of 300, which is 32 times.
        await StoreAsync("b", [2, 0, 0, 94, 6]);
        await LookAsync();
        await AssertSentBackAsync("burn fails: operations.burn.1h <= 10", expected: false);
        await StoreAsync("c", [2, 0, 0, 60, 40]);
        await LookAsync();
        await AssertSentBackAsync("burn fails: operations.burn.1h <= 10", expected: true);
    }

    [Theory]
    [InlineData(Signal.FeatureDrift, "drift.share <= 0.5")]
    [InlineData(Signal.DataQuality, "quality.share <= 0.5")]
    public async Task Share_ThatMonitoringTells_SendsTheCandidateBack(Signal signal, string guardrail)
    {
        await ReleaseAsync(guardrail);
        clock.Advance(TimeSpan.FromMinutes(1));
        await LookAsync();
        Assert.Equal(RolloutStage.Canary, (await rig.NewestAsync(model)).Stage);
        // Two of four columns, or half of the rows: as much as may be.
        await HearAsync("mild", signal, 2);
        await LookAsync();
        await AssertSentBackAsync($"burn fails: {guardrail}", expected: false);
        await HearAsync("strong", signal, 3);
        await LookAsync();
        await AssertSentBackAsync($"burn fails: {guardrail}", expected: true);
        Assert.Contains("= 0.75", (await rig.NewestAsync(model)).Ended, StringComparison.Ordinal);
    }

    private async Task ReleaseAsync(string guardrail)
    {
        await rig.PolicyAsync(model, $$"""
            {"validation": {"enabled": false}, "shadow": {"enabled": false}, "release": {"bakingTime": "PT10M", "minimumRows": 10},
             "guardrails": {"burn": {"expression": "{{guardrail}}"}, "data-contract": {"enabled": false} } }
            """);
        await rig.StartAsync(model, 2);
        await rig.AdvanceAsync(model);
        Assert.Equal(RolloutStage.Canary, (await rig.NewestAsync(model)).Stage);
    }

    private async Task LookAsync()
    {
        evidence.Release = StatedEvidence.Rows(1_000).With(await rig.Get<BurnEvidence>().GatherAsync(await rig.NewestAsync(model), default));
        await rig.AdvanceAsync(model);
    }

    private async Task AssertSentBackAsync(string words, bool expected)
    {
        var state = await rig.NewestAsync(model);
        Assert.Equal(expected ? RolloutStage.RolledBack : RolloutStage.Canary, state.Stage);
        Assert.Equal(1, await rig.ChampionAsync(model));
        if (expected) Assert.StartsWith(words, state.Ended![state.Ended!.IndexOf("burn fails", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    // Rows of the minute under way, without their minute.
    private Task StoreAsync(string instance, params long[][] rows)
    {
        var now = clock.GetUtcNow();
        foreach (var row in rows) row[2] = now.Minute;
        return StoreAsync(now, instance, rows);
    }

    private Task StoreAsync(DateTimeOffset hour, string instance, params long[][] rows) => rig.Get<RequestsTable>().PutAsync(model, hour, instance, JsonSerializer.Serialize(rows), default);

    // What the alerts' machine makes of a finding with so many of four columns in breach, as its event tells it.
    private async Task HearAsync(string monitor, Signal signal, int breached)
    {
        var now = clock.GetUtcNow();
        var checks = Enumerable.Range(0, 4).Select(at => signal == Signal.FeatureDrift
            ? new FindingCheck($"c{at}", "drift", null, at < breached ? FindingVerdict.Breached : FindingVerdict.Ok, "") { Effect = 0.3, RelevantEffect = 0.1 }
            : new FindingCheck($"c{at}", "missing", null, FindingVerdict.Breached, "") { Value = breached / 4.0 / (at + 1), CurrentSize = 100 });
        var finding = new Finding(Guid.CreateVersion7(now), model.Value, monitor, signal, new(now.AddHours(-1), now), now, FindingVerdict.Breached, "It moved.", 100) { Checks = [.. checks] };
        var outcome = AlertMachine.Observe(new(model.Value, monitor), new(), finding, new(now, () => Guid.CreateVersion7(now)))!;
        var notice = AlertNotice.Of(outcome.Alerts[0], outcome.Announcements[0].Step, null, AlertLinks.Of(outcome.Alerts[0], null), null);
        Assert.True(await rig.Get<HeardAlerts>().HearAsync(model, JsonDocument.Parse(notice.Event().Data.ToJsonString()).RootElement, default));
    }
}
