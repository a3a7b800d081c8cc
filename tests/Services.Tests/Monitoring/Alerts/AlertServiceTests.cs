using System.Text.Json;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Alerts;

public sealed class AlertServiceTests(AzuriteFixture azurite) : AlertsOnAFakeClock(azurite)
{
    private protected override async ValueTask LeaveAsync() => await Rig.PumpAsync();

    [Fact]
    public async Task Monitor_ThatIsWithdrawn_TakesItsAlertAlong_Once()
    {
        var model = ModelName.Parse("unwatched");
        var alert = await Rig.ObserveAsync(Of(model.Value, 0, 'x'));
        Assert.Equal(AlertStatus.Firing, alert!.Status);
        for (var again = 0; again < 2; again++)
            Assert.Equal(again == 0, await Rig.Get<AlertService>().WithdrawAsync(model, alert.Monitor, "Nobody watches.", TestContext.Current.CancellationToken));
        Assert.Equal(["Serverless.Monitoring.AlertFired", "Serverless.Monitoring.AlertResolved"], Receiver.Events.Where(told => told.Subject!.Contains(model.Value, StringComparison.Ordinal)).Select(told => told.Type));
        var over = (await Rig.Get<AlertStore>().FindAsync(model, alert.Id, TestContext.Current.CancellationToken))!.Value.Alert;
        Assert.Equal((AlertStatus.Resolved, "Nobody watches."), (over.Status, over.History[^1].Reason));
        // The monitor comes back, and is in breach again: that is another alert.
        Assert.NotEqual(alert.Id, (await Rig.ObserveAsync(Of(model.Value, 1, 'x')))!.Id);
    }

    [Fact]
    public async Task Breach_Fires_WithEventDiagnosisAndLinks()
    {
        var finding = Of("iris", 0, 'x');
        Rig.Recent.Add(finding);
        var alert = await Rig.ObserveAsync(finding, new() { Severity = AlertSeverity.Critical });
        Assert.Equal(AlertStatus.Firing, alert!.Status);
        var told = Assert.Single(Receiver.Events);
        Assert.Equal(("Serverless.Monitoring.AlertFired", $"models/iris/alerts/{alert.Id}", alert.History[^1].Id.ToString()), (told.Type, told.Subject, told.Id));
        var data = JsonDocument.Parse(told.Data!).RootElement;
        Assert.Equal("critical", data.GetProperty("severity").GetString());
        Assert.Equal("age", data.GetProperty("top")[0].GetProperty("subject").GetString());
        Assert.Equal(0.001, data.GetProperty("top")[0].GetProperty("pValue").GetDouble());
        Assert.Equal(AlertRig.Start, data.GetProperty("since").GetDateTimeOffset());
        Assert.Equal($"https://mlops.example/models/iris/findings/{finding.Id}/report", data.GetProperty("links").GetProperty("report").GetString());
        Assert.StartsWith("Only the inputs' distribution moved", data.GetProperty("diagnosis").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Empty(await Rig.RowsAsync("iris", StorageNames.OutboxPrefix));
        Assert.DoesNotContain("iris", await Rig.MessagesAsync(StorageNames.AlertQueue));
    }

    [Fact]
    public async Task TheSameFindingAgain_ChangesNothing()
    {
        await Rig.ObserveAsync(Of("again", 0, 'x'));
        for (var time = 0; time < 3; time++) await Rig.ObserveAsync(Of("again", 0, 'x'));
        Assert.Single(Receiver.Events);
        Assert.Equal(1, Assert.Single(await Rig.AlertsAsync("again")).Revision);
    }

    [Fact]
    public async Task TwoInstances_OnTheSameFinding_FireOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var other = new AlertRig(Storage, Receiver);
            await other.ObserveAsync(Of("race", 0, 'x'));
        }));
        await Rig.PumpAsync();
        Assert.Single(await Rig.AlertsAsync("race"));
        Assert.Single(Receiver.Events.Where(one => one.Subject!.StartsWith("models/race/", StringComparison.Ordinal)).Select(one => one.Id).Distinct());
    }

    [Fact]
    public async Task ManyInstances_OnManyFindings_ComeToWhatTheyComeToInOrder()
    {
        const string Story = "..xx..x.xx...x";
        var findings = Story.Select((verdict, hour) => Of("many", hour, verdict)).ToArray();
        await Parallel.ForEachAsync(findings, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (finding, _) =>
        {
            await using var other = new AlertRig(Storage, Receiver);
            await other.ObserveAsync(finding);
        });
        var track = (await Rig.Get<AlertStore>().TrackAsync(ModelName.Parse("many"), "drift", default)).Track;
        Assert.Equal(findings.Select(finding => finding.Id), track.Windows.Select(window => window.Finding));
        // The third firing makes it flap: three quiet windows do not end it.
        Assert.Equal((AlertStatus.Firing, AlertRig.Start.AddHours(8), true), (track.Open!.Status, track.Open.Since, track.Open.Flapping));
    }

    [Fact]
    public async Task TopicAway_TheStepWaits_AndTheWebhooksDoNot()
    {
        Receiver.TopicIsAway = true;
        await Rig.HookAsync("not-waiting", new(Receiver.Address + "/not-waiting", Secret: "0123456789abcdef", Models: ["away"]));
        await Rig.ObserveAsync(Of("away", 0, 'x'));
        Assert.Empty(Receiver.Events);
        await Rig.PumpAsync(rounds: 3);
        Assert.Single(Receiver.Calls);
        Assert.Single(await Rig.RowsAsync("away", StorageNames.OutboxPrefix));
        Receiver.TopicIsAway = false;
        await Rig.PumpAsync();
        Assert.Single(Receiver.Events);
        Assert.Single(Receiver.Calls);
    }

    [Fact]
    public async Task Acknowledged_ByTwo_IsTheFirsts()
    {
        await using var two = new AlertRig(Storage, Receiver);
        var alert = await two.ObserveAsync(Of("taken", 0, 'x'));
        var service = two.Get<AlertService>();
        var model = ModelName.Parse("taken");
        await Task.WhenAll(service.AcknowledgeAsync(model, alert!.Id, "ada", "Mine.", default), service.AcknowledgeAsync(model, alert.Id, "bob", null, default));
        var taken = Assert.Single(await Rig.AlertsAsync("taken"));
        Assert.Equal((AlertStatus.Acknowledged, 2), (taken.Status, taken.History.Count));
        Assert.Equal(["Serverless.Monitoring.AlertFired", "Serverless.Monitoring.AlertAcknowledged"], Receiver.Events.Select(one => one.Type));
        await Rig.ObserveAsync(Of("taken", 1, '.'));
        Assert.Equal(AlertStatus.Resolved, Assert.Single(await Rig.AlertsAsync("taken")).Status);
        var missing = await Assert.ThrowsAsync<ProblemException>(() => service.AcknowledgeAsync(model, new Guid(1, 2, 3, new byte[8]), "ada", null, default));
        Assert.Equal(ProblemKind.NotFound, missing.Kind);
    }

    [Fact]
    public async Task Silenced_IsRecorded_AndToldWhenTheSilenceEnds()
    {
        await Rig.SilenceAsync(new("quiet", new("silent", "*", "*"), AlertRig.Start, AlertRig.Start.AddHours(3), "Migration.", "ada"));
        Rig.Kill.Delays.Clear();
        var alert = await Rig.ObserveAsync(Of("silent", 0, 'x'));
        Assert.NotNull(alert);
        Assert.Contains(TimeSpan.FromHours(3), Rig.Kill.Delays);
        Assert.Equal(AlertStatus.Firing, Assert.Single(await Rig.AlertsAsync("silent")).Status);
        Clock.Advance(TimeSpan.FromHours(2));
        await Rig.PumpAsync(rounds: 2);
        Assert.Empty(Receiver.Events);
        Clock.Advance(TimeSpan.FromHours(1));
        await Rig.PumpAsync();
        Assert.Equal(alert.History[^1].Id.ToString(), Assert.Single(Receiver.Events).Id);
    }

    [Fact]
    public async Task Silence_ThatIsWithdrawn_LetsGoWhatItKeptBack()
    {
        await Rig.SilenceAsync(new("withdrawn", new("withdrawn", "*", "*"), AlertRig.Start, AlertRig.Start.AddHours(3), "Migration.", "ada"));
        await Rig.ObserveAsync(Of("withdrawn", 0, 'x'));
        await Rig.Get<SilenceService>().DeleteAsync(Rig.Request("DELETE"), "withdrawn", default);
        await Rig.PumpAsync();
        Assert.Single(Receiver.Events);
        await Rig.PumpAsync();
        Assert.Single(Receiver.Events);
    }

    [Fact]
    public async Task LongFindings_FitTheirRows()
    {
        var checks = Enumerable.Range(0, 500).Select(at => new FindingCheck($"column_{at}", "drift", null, FindingVerdict.Breached, new string('ä', 2000)) { Effect = at, RelevantEffect = 1 }).ToArray();
        for (var hour = 0; hour < 80; hour++) await Rig.ObserveAsync(Of("long", hour, 'x') with { Checks = checks, Summary = new string('ö', 100_000) });
        var alert = Assert.Single(await Rig.AlertsAsync("long"));
        Assert.Equal(("column_499", AlertRig.Start), (alert.Top[0].Subject, alert.Since));
    }

    internal static Finding Of(string model, int hour, char verdict, string monitor = "drift") => new(
        new Guid(hour, 1, 1, [1, 2, 3, 4, 5, 6, 7, 8]), model, monitor, Signal.FeatureDrift, new(AlertRig.Start.AddHours(hour), AlertRig.Start.AddHours(hour + 1)), AlertRig.Start.AddHours(hour + 1),
        verdict switch { 'x' => FindingVerdict.Breached, '!' => FindingVerdict.Failed, _ => FindingVerdict.Ok }, $"hour {hour}", 1000)
    {
        Checks = verdict == 'x' ? [new("age", "drift", null, FindingVerdict.Breached, "age moved") { Effect = 0.4, RelevantEffect = 0.1, AdjustedPValue = 0.001 }] : [],
    };
}
