using System.Text.Json;
using Serverless.Core.Monitoring;
using Serverless.Core.Rollout;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Rollout.Live;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout;

/// <summary>A candidate that meets callers is sent back by how fast it uses up error budgets, and by what monitoring tells of drift and of the data contract, over a real storage.</summary>
public sealed class MonitoringGuardrailTests(AzuriteFixture azurite) : RolloutCase(azurite, 2)
{
    [Fact]
    public async Task Burn_OfTheCandidate_SendsItBack()
    {
        await ReleaseAsync("operations.burn.1h <= 10 and operations.burn.availability.5m <= 10");
        Clock.Advance(TimeSpan.FromMinutes(3));
        // What the champion burns, what callers burn who named the version, and what it burnt before it met callers, is not held against it: 2 of 100 are 4 times 0.5 %.
        await StoreAsync("a", [1, 0, 0, 0, 500], [2, 1, 0, 0, 500], [2, 0, 0, 98, 2]);
        await StoreAsync(Clock.GetUtcNow().AddHours(-2), "a", [2, 0, 30, 0, 500]);
        await LookAsync();
        Assert.Equal(RolloutStage.Canary, (await Rig.NewestAsync(Model)).Stage);
        var calm = await Rig.Get<BurnEvidence>().GatherAsync(await Rig.NewestAsync(Model), default);
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
        Clock.Advance(TimeSpan.FromMinutes(1));
        await LookAsync();
        Assert.Equal(RolloutStage.Canary, (await Rig.NewestAsync(Model)).Stage);
        // Two of four columns, or half of the rows: as much as may be.
        await HearAsync("mild", signal, 2);
        await LookAsync();
        await AssertSentBackAsync($"burn fails: {guardrail}", expected: false);
        await HearAsync("strong", signal, 3);
        await LookAsync();
        await AssertSentBackAsync($"burn fails: {guardrail}", expected: true);
        Assert.Contains("= 0.75", (await Rig.NewestAsync(Model)).Ended, StringComparison.Ordinal);
    }

    private async Task ReleaseAsync(string guardrail)
    {
        await Rig.PolicyAsync(Model, $$"""
            {"validation": {"enabled": false}, "shadow": {"enabled": false}, "release": {"bakingTime": "PT10M", "minimumRows": 10},
             "guardrails": {"burn": {"expression": "{{guardrail}}"}, "data-contract": {"enabled": false} } }
            """);
        await Rig.StartAsync(Model, 2);
        await Rig.AdvanceAsync(Model);
        Assert.Equal(RolloutStage.Canary, (await Rig.NewestAsync(Model)).Stage);
    }

    private async Task LookAsync()
    {
        Evidence.Release = StatedEvidence.Rows(1_000).With(await Rig.Get<BurnEvidence>().GatherAsync(await Rig.NewestAsync(Model), default));
        await Rig.AdvanceAsync(Model);
    }

    private async Task AssertSentBackAsync(string words, bool expected)
    {
        var state = await Rig.NewestAsync(Model);
        Assert.Equal(expected ? RolloutStage.RolledBack : RolloutStage.Canary, state.Stage);
        Assert.Equal(1, await Rig.ChampionAsync(Model));
        if (expected) Assert.StartsWith(words, state.Ended![state.Ended!.IndexOf("burn fails", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    // Rows of the minute under way, without their minute.
    private Task StoreAsync(string instance, params long[][] rows)
    {
        var now = Clock.GetUtcNow();
        foreach (var row in rows) row[2] = now.Minute;
        return StoreAsync(now, instance, rows);
    }

    private Task StoreAsync(DateTimeOffset hour, string instance, params long[][] rows) => Rig.Get<RequestsTable>().PutAsync(Model, hour, instance, JsonSerializer.Serialize(rows), default);

    // What the alerts' machine makes of a finding with so many of four columns in breach, as its event tells it.
    private async Task HearAsync(string monitor, Signal signal, int breached)
    {
        var now = Clock.GetUtcNow();
        var checks = Enumerable.Range(0, 4).Select(at => signal == Signal.FeatureDrift
            ? new FindingCheck($"c{at}", "drift", null, at < breached ? FindingVerdict.Breached : FindingVerdict.Ok, "") { Effect = 0.3, RelevantEffect = 0.1 }
            : new FindingCheck($"c{at}", "missing", null, FindingVerdict.Breached, "") { Value = breached / 4.0 / (at + 1), CurrentSize = 100 });
        var finding = new Finding(Guid.CreateVersion7(now), Model.Value, monitor, signal, new(now.AddHours(-1), now), now, FindingVerdict.Breached, "It moved.", 100) { Checks = [.. checks] };
        var outcome = AlertMachine.Observe(new(Model.Value, monitor), new(), finding, new(now, () => Guid.CreateVersion7(now)))!;
        var notice = AlertNotice.Of(outcome.Alerts[0], outcome.Announcements[0].Step, null, AlertLinks.Of(outcome.Alerts[0], null), null);
        Assert.True(await Rig.Get<HeardAlerts>().HearAsync(Model, JsonDocument.Parse(notice.Event().Data.ToJsonString()).RootElement, default));
    }
}
