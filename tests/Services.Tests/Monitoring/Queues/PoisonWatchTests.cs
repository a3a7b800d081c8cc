using System.Text.Json;
using Azure.Storage.Queues;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Queues;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Queues;

/// <summary>Messages that were given up become an alert of the model that they name, whichever queue they were on.</summary>
public sealed class PoisonWatchTests(AzuriteFixture azurite) : IAsyncDisposable
{
    private readonly ScanRig rig = new(azurite.ConnectionString, ScanRig.Utc("2026-03-02T12:01:00Z"));

    [Fact]
    public async Task Messages_OfEveryQueue_AreToldUntilSomebodyHasSeenToThem()
    {
        // A function of the scans' own makes what they give up a finding; the rest is watched here.
        var queues = StorageNames.WorkQueues.Where(queue => queue != StorageNames.ScanQueue).ToArray();
        var sent = new List<(QueueClient Queue, string Id, string Receipt)>();
        foreach (var queue in queues)
        {
            var poison = rig.Get<QueueServiceClient>().GetQueueClient(queue + StorageNames.PoisonSuffix);
            await poison.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
            var body = sent.Count % 2 == 0 ? rig.Model.Value : JsonSerializer.Serialize(new { model = rig.Model.Value, entity = "customer 4711" });
            var receipt = (await poison.SendMessageAsync(body, cancellationToken: TestContext.Current.CancellationToken)).Value;
            sent.Add((poison, receipt.MessageId, receipt.PopReceipt));
            await poison.SendMessageAsync("[1, 2", timeToLive: TimeSpan.FromMinutes(5), cancellationToken: TestContext.Current.CancellationToken);
        }

        await WatchAsync();
        var alert = await AlertAsync();
        Assert.Equal((AlertStatus.Firing, AlertCause.Breach, AlertSeverity.Warning), (alert.Status, alert.Cause, alert.Severity));
        var finding = (await rig.Findings.ReadAsync(rig.Model, alert.Finding!.Value, TestContext.Current.CancellationToken))!;
        Assert.Equal(queues.Order(), finding.Checks.Select(check => check.Subject).Order());
        Assert.DoesNotContain("4711", JsonSerializer.Serialize(finding), StringComparison.Ordinal);

        // Again, it is the same.
        await WatchAsync();
        Assert.Equal(alert.Revision, (await AlertAsync()).Revision);

        // One is seen to, then the rest.
        await sent[0].Queue.DeleteMessageAsync(sent[0].Id, sent[0].Receipt, TestContext.Current.CancellationToken);
        await WatchAsync();
        Assert.Equal((AlertStatus.Firing, queues.Length - 1), ((await AlertAsync()).Status, (await NewestAsync()).Checks.Count));
        foreach (var (queue, id, receipt) in sent.Skip(1)) await queue.DeleteMessageAsync(id, receipt, TestContext.Current.CancellationToken);
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        await WatchAsync();
        Assert.Equal(AlertStatus.Resolved, (await AlertAsync()).Status);
    }

    [Fact]
    public async Task Alert_OfWhatWasGivenUp_IsNotWithdrawnForWantOfAMonitor()
    {
        var poison = rig.Get<QueueServiceClient>().GetQueueClient(StorageNames.RolloutQueue + StorageNames.PoisonSuffix);
        await poison.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var receipt = (await poison.SendMessageAsync(JsonSerializer.Serialize(new { model = rig.Model.Value }), cancellationToken: TestContext.Current.CancellationToken)).Value;
        await WatchAsync();
        await rig.Get<AlertWithdrawal>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(AlertStatus.Firing, (await AlertAsync()).Status);
        await poison.DeleteMessageAsync(receipt.MessageId, receipt.PopReceipt, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    private Task WatchAsync() => rig.Get<PoisonWatch>().RunAsync(TestContext.Current.CancellationToken);

    private async Task<AlertState> AlertAsync() => (await rig.Get<AlertStore>().TrackAsync(rig.Model, QueueMonitor.Name, TestContext.Current.CancellationToken)).Track.Alert!;

    private async Task<Finding> NewestAsync() => (await rig.CurrentAsync(QueueMonitor.Name, ScanRig.Utc("2026-03-02T12:05:00Z")))!;
}
