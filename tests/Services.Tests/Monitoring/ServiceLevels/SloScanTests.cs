using System.Text.Json;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Monitoring.ServiceLevels;
using Serverless.Services.Registry;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.ServiceLevels;

/// <summary>Objectives from what instances have stored to findings and alerts, over a real storage.</summary>
public sealed class SloScanTests(AzuriteFixture azurite) : IAsyncDisposable
{
    private const string Page = "slo.availability.page", Ticket = "slo.availability.ticket";
    private static readonly DateTimeOffset Noon = ScanRig.Utc("2026-03-02T12:00:00Z");

    private readonly ScanRig rig = new(azurite.ConnectionString, Noon.AddMinutes(1));

    [Fact]
    public async Task Outage_IsFoundWithItsFigures_Fires_AndIsOverAfterTheRecovery()
    {
        // 20 requests a minute for an hour, and in its last five minutes half of them fail, counted by two instances: 50 of 1,200.
        await StoreAsync(Noon.AddHours(-1), "a", minute => minute < 55 ? (20, 0) : (10, 4));
        await StoreAsync(Noon.AddHours(-1), "b", minute => minute < 55 ? (0, 0) : (0, 6));
        var finding = await rig.ScanAsync(Page, Noon);
        Assert.Equal((FindingVerdict.Breached, new TimeWindow(Noon.AddMinutes(-5), Noon), 100L), (finding.Verdict, finding.Window, finding.Rows));
        // Over an hour 50/1,200/0.005 = 8.33, which is below 14.4; over six hours as much, which is above 6, and over half an hour 50/600/0.005 = 16.67.
        var check = Assert.Single(finding.Checks, check => check.Verdict == FindingVerdict.Breached);
        Assert.Equal(("availability.6h", 8.33, 16.67, 6.0, 1200L), (check.Subject, Math.Round(check.Value!.Value, 2), Math.Round(check.Statistic!.Value, 2), check.Threshold, check.CurrentSize));
        Assert.Equal((AlertStatus.Firing, AlertSeverity.Critical), await AlertAsync(Page));

        // Asked again, it is the same finding and the same alert.
        Assert.Equal((finding.Id, 1), ((await rig.ScanAsync(Page, Noon)).Id, (await rig.CurrentAsync(Page, Noon))!.Revision));
        // 50 of 100 in the last five minutes.
        var rates = rig.Get<SloBurnRates>().Snapshot().Where(rate => rate.Model == rig.Model).ToDictionary(rate => (rate.Slo, rate.Window), rate => Math.Round(rate.Rate, 2));
        Assert.Equal((4, 100.0, 8.33, 16.67), (rates.Count, rates[("availability", "5m")], rates[("availability", "1h")], rates[("availability", "30m")]));

        await StoreAsync(Noon, "a", minute => minute < 30 ? (5, 0) : (0, 0));
        rig.Clock.Advance(TimeSpan.FromMinutes(31));
        // Over six hours it still burns 50/1,350/0.005 = 7.41 times, over half an hour no more.
        var over = await rig.ScanAsync(Page, Noon.AddMinutes(30));
        Assert.Equal(FindingVerdict.Ok, over.Verdict);
        Assert.Contains("It does not go on.", over.Summary, StringComparison.Ordinal);
        Assert.Equal(AlertStatus.Resolved, (await AlertAsync(Page)).Status);
    }

    [Fact]
    public async Task CountsThatComeLate_MakeTheWindowAnother()
    {
        await StoreAsync(Noon.AddHours(-1), "a", _ => (10, 0));
        Assert.Equal((FindingVerdict.Ok, 1), Told(await rig.ScanAsync(Page, Noon)));
        // An instance that storage was away for.
        await StoreAsync(Noon.AddHours(-1), "b", _ => (0, 10));
        Assert.Equal((FindingVerdict.Breached, 2), Told(await rig.ScanAsync(Page, Noon)));
        Assert.Equal(AlertStatus.Firing, (await AlertAsync(Page)).Status);
    }

    [Fact]
    public async Task QuietLooks_AreKeptOnceAnHour()
    {
        await StoreAsync(Noon.AddHours(-1), "a", _ => (10, 0));
        await StoreAsync(Noon, "a", _ => (10, 0));
        await StoreAsync(Noon.AddHours(1), "a", minute => minute < 5 ? (10, 0) : (0, 30));
        for (var minute = 0; minute <= 70; minute += 5) await LookAsync(Page, Noon.AddMinutes(minute));
        var kept = await rig.Findings.ListAsync(rig.Model, Page, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, null, 100, default);
        // At noon, an hour later, and from the breach on.
        Assert.Equal([Noon.AddMinutes(70), Noon.AddMinutes(60), Noon], kept.Rows.Select(row => row.Window.To));
        Assert.Equal([FindingVerdict.Breached, FindingVerdict.Ok, FindingVerdict.Ok], kept.Rows.Select(row => row.Verdict));
        // On demand every look is kept.
        await rig.Runner.RunAsync(JsonSerializer.Serialize(new(rig.Model.Value, Page, Noon.AddMinutes(10), Guid.CreateVersion7(Noon)), ScanJson.Default.ScanRequest), default);
        Assert.Equal(FindingVerdict.Ok, (await rig.CurrentAsync(Page, Noon.AddMinutes(10)))!.Verdict);
    }

    [Fact]
    public async Task Ticket_IsAnAlertOfItsOwn_AndTellsTheBudget()
    {
        // Two days at half a per cent more than may fail.
        for (var hour = 1; hour <= 48; hour++) await StoreAsync(Noon.AddHours(-hour), "a", _ => (99, 1));
        Assert.Equal(FindingVerdict.Ok, (await rig.ScanAsync(Page, Noon)).Verdict);
        var finding = await rig.ScanAsync(Ticket, Noon);
        Assert.Equal(FindingVerdict.Breached, finding.Verdict);
        Assert.Equal(("availability.budget", 2.0), (finding.Checks[^1].Subject, Math.Round(finding.Checks[^1].Value!.Value, 6)));
        Assert.Equal((AlertStatus.Firing, AlertSeverity.Warning), await AlertAsync(Ticket));
        Assert.Null((await rig.Get<AlertStore>().TrackAsync(rig.Model, Page, default)).Track.Alert);
    }

    [Fact]
    public async Task Latency_IsWatchedOnceABoundIsStated()
    {
        rig.Policy = """{"monitoring":{"slos":{"latency":{"within":"PT0.2S"}}}}""";
        await rig.Get<RequestsTable>().PutAsync(rig.Model, Noon.AddHours(-1), "a", JsonSerializer.Serialize(Enumerable.Range(0, 60).Select(minute => (long[])[1, 0, minute, 10, 0, 200_000, 7, 3])), default);
        var finding = await rig.ScanAsync("slo.latency.page", Noon);
        // 30 % too slow of the 1 % that may be.
        Assert.Equal((FindingVerdict.Breached, 30.0), (finding.Verdict, Math.Round(finding.Checks[0].Value!.Value, 6)));
        Assert.Contains("latency, 99 % within 200 ms: burn rate 30 (180 of 600 requests too slow) over 1h", finding.Summary, StringComparison.Ordinal);
        rig.Policy = """{"monitoring":{"slos":{"latency":{"within":"PT0.3S"}}}}""";
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(policy => policy.Monitoring.SlosInForce["latency"].Within == TimeSpan.FromSeconds(0.3));
        // What was held against another bound says nothing of this one.
        Assert.Equal(FindingVerdict.NotEnoughData, (await rig.ScanAsync("slo.latency.page", Noon.AddMinutes(1))).Verdict);
    }

    [Fact]
    public async Task Alert_OfAnObjective_OutlivesTheLogAndNotTheObjective()
    {
        await StoreAsync(Noon.AddHours(-1), "a", _ => (0, 10));
        await rig.ScanAsync(Page, Noon);
        rig.Policy = """{"logging":{"mode":"off"}}""";
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(policy => policy.Logging.Mode == LoggingMode.Off);
        await rig.Get<AlertWithdrawal>().RunAsync(default);
        Assert.Equal(AlertStatus.Firing, (await AlertAsync(Page)).Status);
        rig.Policy = """{"monitoring":{"slos":{"availability":{"enabled":false}}}}""";
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(policy => policy.Monitoring.SlosInForce.Count == 0);
        await rig.Get<AlertWithdrawal>().RunAsync(default);
        Assert.Equal(AlertStatus.Resolved, (await AlertAsync(Page)).Status);
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    private static (FindingVerdict Verdict, int Revision) Told(Finding finding) => (finding.Verdict, finding.Revision);

    private Task StoreAsync(DateTimeOffset hour, string instance, Func<int, (long Answered, long Failed)> minute) =>
        rig.Get<RequestsTable>().PutAsync(rig.Model, hour, instance, JsonSerializer.Serialize(Enumerable.Range(0, 60).Select(at => (long[])[1, 0, at, minute(at).Answered, minute(at).Failed])), default);

    private Task LookAsync(string monitor, DateTimeOffset end) => rig.Runner.RunAsync(JsonSerializer.Serialize(new(rig.Model.Value, monitor, end, null), ScanJson.Default.ScanRequest), default);

    private async Task<(AlertStatus Status, AlertSeverity Severity)> AlertAsync(string monitor)
    {
        var alert = (await rig.Get<AlertStore>().TrackAsync(rig.Model, monitor, default)).Track.Alert!;
        return (alert.Status, alert.Severity);
    }

    // Snapshots are refreshed in the background.
    private async Task UntilAsync(Func<ModelPolicy, bool> isInForce)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!isInForce((await rig.Get<ModelSnapshots>().GetAsync(rig.Model, default))!.Policy))
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience.Limit);
    }
}
