using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Alerts;

public sealed class AlertServiceTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(AlertRig.Start);
    private Receiver receiver = null!;
    private AlertRig rig = null!;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.StartAsync();
        rig = new(azurite.ConnectionString, receiver, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await rig.PumpAsync();
        await rig.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Monitor_ThatIsWithdrawn_TakesItsAlertAlong_Once()
    {
        var model = ModelName.Parse("unwatched");
        var alert = await rig.ObserveAsync(Of(model.Value, 0, 'x'));
        Assert.Equal(AlertStatus.Firing, alert!.Status);
        for (var again = 0; again < 2; again++)
            Assert.Equal(again == 0, await rig.Get<AlertService>().WithdrawAsync(model, alert.Monitor, "Nobody watches.", TestContext.Current.CancellationToken));
        Assert.Equal(["Serverless.Monitoring.AlertFired", "Serverless.Monitoring.AlertResolved"], receiver.Events.Where(told => told.Subject!.Contains(model.Value, StringComparison.Ordinal)).Select(told => told.Type));
        var over = (await rig.Get<AlertStore>().FindAsync(model, alert.Id, TestContext.Current.CancellationToken))!.Value.Alert;
        Assert.Equal((AlertStatus.Resolved, "Nobody watches."), (over.Status, over.History[^1].Reason));
        // The monitor comes back, and is in breach again: that is another alert.
        Assert.NotEqual(alert.Id, (await rig.ObserveAsync(Of(model.Value, 1, 'x')))!.Id);
    }

    [Fact]
    public async Task Breach_Fires_WithEventDiagnosisAndLinks()
    {
        var finding = Of("iris", 0, 'x');
        rig.Recent.Add(finding);
        var alert = await rig.ObserveAsync(finding, new() { Severity = AlertSeverity.Critical });
        Assert.Equal(AlertStatus.Firing, alert!.Status);
        var told = Assert.Single(receiver.Events);
        Assert.Equal(("Serverless.Monitoring.AlertFired", $"models/iris/alerts/{alert.Id}", alert.History[^1].Id.ToString()), (told.Type, told.Subject, told.Id));
        var data = JsonDocument.Parse(told.Data!).RootElement;
        Assert.Equal("critical", data.GetProperty("severity").GetString());
        Assert.Equal("age", data.GetProperty("top")[0].GetProperty("subject").GetString());
        Assert.Equal(0.001, data.GetProperty("top")[0].GetProperty("pValue").GetDouble());
        Assert.Equal(AlertRig.Start, data.GetProperty("since").GetDateTimeOffset());
        Assert.Equal($"https://mlops.example/models/iris/findings/{finding.Id}/report", data.GetProperty("links").GetProperty("report").GetString());
        Assert.StartsWith("Only the inputs' distribution moved", data.GetProperty("diagnosis").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Empty(await rig.RowsAsync("iris", StorageNames.OutboxPrefix));
        Assert.DoesNotContain("iris", await rig.MessagesAsync(StorageNames.AlertQueue));
    }

    [Fact]
    public async Task TheSameFindingAgain_ChangesNothing()
    {
        await rig.ObserveAsync(Of("again", 0, 'x'));
        for (var time = 0; time < 3; time++) await rig.ObserveAsync(Of("again", 0, 'x'));
        Assert.Single(receiver.Events);
        Assert.Equal(1, Assert.Single(await rig.AlertsAsync("again")).Revision);
    }

    [Fact]
    public async Task TwoInstances_OnTheSameFinding_FireOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var other = new AlertRig(azurite.ConnectionString, receiver);
            await other.ObserveAsync(Of("race", 0, 'x'));
        }));
        await rig.PumpAsync();
        Assert.Single(await rig.AlertsAsync("race"));
        Assert.Single(receiver.Events.Where(one => one.Subject!.StartsWith("models/race/", StringComparison.Ordinal)).Select(one => one.Id).Distinct());
    }

    [Fact]
    public async Task ManyInstances_OnManyFindings_ComeToWhatTheyComeToInOrder()
    {
        const string Story = "..xx..x.xx...x";
        var findings = Story.Select((verdict, hour) => Of("many", hour, verdict)).ToArray();
        await Parallel.ForEachAsync(findings, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (finding, _) =>
        {
            await using var other = new AlertRig(azurite.ConnectionString, receiver);
            await other.ObserveAsync(finding);
        });
        var track = (await rig.Get<AlertStore>().TrackAsync(ModelName.Parse("many"), "drift", default)).Track;
        Assert.Equal(findings.Select(finding => finding.Id), track.Windows.Select(window => window.Finding));
        // The third firing makes it flap: three quiet windows do not end it.
        Assert.Equal((AlertStatus.Firing, AlertRig.Start.AddHours(8), true), (track.Open!.Status, track.Open.Since, track.Open.Flapping));
    }

    [Fact]
    public async Task TopicAway_TheStepWaits_AndTheWebhooksDoNot()
    {
        receiver.TopicIsAway = true;
        await rig.HookAsync("not-waiting", new(receiver.Address + "/not-waiting", Secret: "0123456789abcdef", Models: ["away"]));
        await rig.ObserveAsync(Of("away", 0, 'x'));
        Assert.Empty(receiver.Events);
        await rig.PumpAsync(rounds: 3);
        Assert.Single(receiver.Calls);
        Assert.Single(await rig.RowsAsync("away", StorageNames.OutboxPrefix));
        receiver.TopicIsAway = false;
        await rig.PumpAsync();
        Assert.Single(receiver.Events);
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task Acknowledged_ByTwo_IsTheFirsts()
    {
        await using var two = new AlertRig(azurite.ConnectionString, receiver);
        var alert = await two.ObserveAsync(Of("taken", 0, 'x'));
        var service = two.Get<AlertService>();
        var model = ModelName.Parse("taken");
        await Task.WhenAll(service.AcknowledgeAsync(model, alert!.Id, "ada", "Mine.", default), service.AcknowledgeAsync(model, alert.Id, "bob", null, default));
        var taken = Assert.Single(await rig.AlertsAsync("taken"));
        Assert.Equal((AlertStatus.Acknowledged, 2), (taken.Status, taken.History.Count));
        Assert.Equal(["Serverless.Monitoring.AlertFired", "Serverless.Monitoring.AlertAcknowledged"], receiver.Events.Select(one => one.Type));
        await rig.ObserveAsync(Of("taken", 1, '.'));
        Assert.Equal(AlertStatus.Resolved, Assert.Single(await rig.AlertsAsync("taken")).Status);
        var missing = await Assert.ThrowsAsync<ProblemException>(() => service.AcknowledgeAsync(model, new Guid(1, 2, 3, new byte[8]), "ada", null, default));
        Assert.Equal(ProblemKind.NotFound, missing.Kind);
    }

    [Fact]
    public async Task Silenced_IsRecorded_AndToldWhenTheSilenceEnds()
    {
        await rig.SilenceAsync(new("quiet", new("silent", "*", "*"), AlertRig.Start, AlertRig.Start.AddHours(3), "Migration.", "ada"));
        rig.Kill.Delays.Clear();
        var alert = await rig.ObserveAsync(Of("silent", 0, 'x'));
        Assert.NotNull(alert);
        Assert.Contains(TimeSpan.FromHours(3), rig.Kill.Delays);
        Assert.Equal(AlertStatus.Firing, Assert.Single(await rig.AlertsAsync("silent")).Status);
        clock.Advance(TimeSpan.FromHours(2));
        await rig.PumpAsync(rounds: 2);
        Assert.Empty(receiver.Events);
        clock.Advance(TimeSpan.FromHours(1));
        await rig.PumpAsync();
        Assert.Equal(alert.History[^1].Id.ToString(), Assert.Single(receiver.Events).Id);
    }

    [Fact]
    public async Task Silence_ThatIsWithdrawn_LetsGoWhatItKeptBack()
    {
        await rig.SilenceAsync(new("withdrawn", new("withdrawn", "*", "*"), AlertRig.Start, AlertRig.Start.AddHours(3), "Migration.", "ada"));
        await rig.ObserveAsync(Of("withdrawn", 0, 'x'));
        await rig.Get<SilenceService>().DeleteAsync(rig.Request("DELETE"), "withdrawn", default);
        await rig.PumpAsync();
        Assert.Single(receiver.Events);
        await rig.PumpAsync();
        Assert.Single(receiver.Events);
    }

    [Fact]
    public async Task LongFindings_FitTheirRows()
    {
        var checks = Enumerable.Range(0, 500).Select(at => new FindingCheck($"column_{at}", "drift", null, FindingVerdict.Breached, new string('ä', 2000)) { Effect = at, RelevantEffect = 1 }).ToArray();
        for (var hour = 0; hour < 80; hour++) await rig.ObserveAsync(Of("long", hour, 'x') with { Checks = checks, Summary = new string('ö', 100_000) });
        var alert = Assert.Single(await rig.AlertsAsync("long"));
        Assert.Equal(("column_499", AlertRig.Start), (alert.Top[0].Subject, alert.Since));
    }

    internal static Finding Of(string model, int hour, char verdict, string monitor = "drift") => new(
        new Guid(hour, 1, 1, [1, 2, 3, 4, 5, 6, 7, 8]), model, monitor, Signal.FeatureDrift, new(AlertRig.Start.AddHours(hour), AlertRig.Start.AddHours(hour + 1)), AlertRig.Start.AddHours(hour + 1),
        verdict switch { 'x' => FindingVerdict.Breached, '!' => FindingVerdict.Failed, _ => FindingVerdict.Ok }, $"hour {hour}", 1000)
    {
        Checks = verdict == 'x' ? [new("age", "drift", null, FindingVerdict.Breached, "age moved") { Effect = 0.4, RelevantEffect = 0.1, AdjustedPValue = 0.001 }] : [],
    };
}
