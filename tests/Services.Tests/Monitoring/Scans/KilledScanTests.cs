using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Faults;
using Serverless.Services.Tests.Monitoring.Alerts;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>Whenever a scan's process dies, the message that comes again ends with one current finding and one alert.</summary>
public sealed class KilledScanTests(Testing.AzuriteFixture azurite) : IClassFixture<Testing.AzuriteFixture>
{
    private static readonly DateTimeOffset Day = ScanRig.Utc("2026-03-02T00:00:00Z");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_AtAnyCallToStorage_LeavesOneFindingAndOneAlert(bool afterwards)
    {
        await using var receiver = await Receiver.StartAsync();
        var (at, lived) = (0, false);
        while (!lived)
        {
            at++;
            await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(3), topic: receiver.Address + "/events");
            await WriteAsync(rig, Day, 0);
            await WriteAsync(rig, Day.AddDays(1), 3);
            lived = !await rig.DiesAsync("feature-drift", Day.AddDays(2), new Kill(at, afterwards));
            var finding = await rig.ScanAsync("feature-drift", Day.AddDays(2));

            Assert.Equal(FindingVerdict.Breached, finding.Verdict);
            var row = Assert.Single((await rig.Findings.ListAsync(rig.Model, null, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, null, 10, TestContext.Current.CancellationToken)).Rows);
            Assert.Equal((1, finding.Id), (row.Revision, row.Id));
            Assert.Equal(finding.Id, (await rig.Findings.ReadAsync(rig.Model, finding.Id, TestContext.Current.CancellationToken))!.Id);
            var alert = Assert.Single(await rig.Get<AlertsTable>().AlertsAsync(rig.Model, null, null, TestContext.Current.CancellationToken).Select(AlertStore.ReadAlert).ToListAsync(TestContext.Current.CancellationToken));
            Assert.Equal(AlertStatus.Firing, alert.Status);
        }
        Assert.True(at > 10, $"{at} calls");
    }

    private static Task WriteAsync(ScanRig rig, DateTimeOffset day, float moved)
    {
        var random = new Random(day.Day);
        return rig.WriteAsync(ScanRig.Version(1, "age"), day.AddHours(9), [.. Enumerable.Range(0, 500).Select(_ => random.NextSingle() * 10 + moved)], new long[500], new float[500]);
    }
}
