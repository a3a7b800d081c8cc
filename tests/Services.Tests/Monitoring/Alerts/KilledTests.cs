using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Faults;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Alerts;

/// <summary>Every step is told at least once and recorded once, whenever the process dies and however messages come.</summary>
public sealed class KilledTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_AtAnyCallToStorage_TellsAtLeastOnceAndRecordsOnce(bool afterwards)
    {
        await using var receiver = await Receiver.StartAsync();
        var (at, lived) = (0, false);
        while (!lived)
        {
            at++;
            var model = $"killed-{afterwards}-{at}";
            await using var rig = new AlertRig(azurite.ConnectionString, receiver);
            await rig.HookAsync("h-" + model, new(receiver.Address + "/" + model, Secret: "0123456789abcdef", Models: [model]));
            // The first try fails, so that the way to the second one is cut at every point, too.
            receiver.Answers.Clear();
            receiver.Answers.Enqueue(500);
            lived = await LiveAsync(receiver, model, new Kill(at, afterwards));
            // Whatever is open is listed, also right after a crash.
            Assert.Equal((await rig.AlertsAsync(model)).Select(alert => alert.Id), await OpenAsync(rig, model));

            // The finding's message comes again, to another instance; then the queues are worked off.
            await rig.ObserveAsync(AlertServiceTests.Of(model, 0, 'x'));
            await rig.PumpAsync();
            await AssertToldAsync(rig, receiver, model);
            await rig.UnhookAsync("h-" + model);
        }

        Assert.True(at > 20, $"{at} calls");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_WhileASilenceEnds_TellsAtLeastOnce(bool afterwards)
    {
        await using var receiver = await Receiver.StartAsync();
        var (at, lived) = (0, false);
        while (!lived)
        {
            at++;
            var model = $"released-{afterwards}-{at}";
            var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(AlertRig.Start);
            await using var rig = new AlertRig(azurite.ConnectionString, receiver, clock);
            await rig.SilenceAsync(new(model, new(model), AlertRig.Start, AlertRig.Start.AddHours(1), "Quiet.", "ada"));
            await rig.ObserveAsync(AlertServiceTests.Of(model, 0, 'x'));
            clock.Advance(TimeSpan.FromHours(1));
            await using (var dying = new AlertRig(azurite.ConnectionString, receiver, clock, new Kill(at, afterwards)))
            {
                lived = await DiesAsync(() => dying.PumpAsync()) is false && !dying.Kill.Dead;
            }

            await rig.PumpAsync();
            Assert.Single(receiver.Events.Where(one => one.Subject!.StartsWith($"models/{model}/", StringComparison.Ordinal)).Select(one => one.Id).Distinct());
            Assert.Null(Assert.Single(await rig.AlertsAsync(model)).Withheld);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_WhileAnAlertEnds_ListsItAsLongAsItIsOpen(bool afterwards)
    {
        await using var receiver = await Receiver.StartAsync();
        var (at, lived) = (0, false);
        while (!lived)
        {
            at++;
            var model = $"ended-{afterwards}-{at}";
            await using var rig = new AlertRig(azurite.ConnectionString, receiver);
            var alert = await rig.ObserveAsync(AlertServiceTests.Of(model, 0, 'x'));
            await using (var dying = new AlertRig(azurite.ConnectionString, receiver, kill: new Kill(at, afterwards)))
            {
                lived = await DiesAsync(() => dying.ObserveAsync(AlertServiceTests.Of(model, 1, '.'))) is false && !dying.Kill.Dead;
            }

            var now = Assert.Single(await rig.AlertsAsync(model));
            Assert.Equal(now.Open ? [now.Id] : [], await OpenAsync(rig, model));
            await rig.ObserveAsync(AlertServiceTests.Of(model, 1, '.'));
            await rig.PumpAsync();
            Assert.Empty(await OpenAsync(rig, model));
            Assert.Empty(await rig.Get<AlertsTable>().OpenAsync(ModelName.Parse(model), null, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        }

        Assert.True(at > 8, $"{at} calls");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Messages_TwiceAndInAnyOrder_ChangeNothing(int seed)
    {
        var random = new Random(seed);
        await using var receiver = await Receiver.StartAsync();
        await using var rig = new AlertRig(azurite.ConnectionString, receiver);
        var model = $"shuffled-{seed}";
        await rig.HookAsync("h-" + model, new(receiver.Address + "/" + model, Secret: "0123456789abcdef", Models: [model]));
        receiver.TopicIsAway = true;
        var findings = "x.x.xx".Select((verdict, hour) => AlertServiceTests.Of(model, hour, verdict)).ToArray();
        foreach (var finding in findings.Concat(findings)) await rig.ObserveAsync(finding);
        receiver.TopicIsAway = false;
        await rig.PumpAsync(twice: true, shuffle: random);
        var steps = (await rig.AlertsAsync(model)).SelectMany(alert => alert.History).Select(step => step.Id.ToString()).Order().ToArray();
        Assert.Equal(5, steps.Length);
        Assert.Equal(steps, receiver.Events.Select(one => one.Id).Distinct().Order());
        Assert.Equal(steps, receiver.Calls.Select(call => call.Id).Order());
        Assert.Equal(5, (await rig.RowsAsync(model, StorageNames.DeliveryPrefix)).Count);
        await rig.UnhookAsync("h-" + model);
    }

    [Fact]
    public async Task TablesAway_WhateverIsOnAQueueWaits_AndNothingIsThrownIntoAPoisonQueue()
    {
        await using var receiver = await Receiver.StartAsync();
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(AlertRig.Start);
        await using var rig = new AlertRig(azurite.ConnectionString, receiver, clock);
        receiver.TopicIsAway = true;
        await rig.HookAsync("h-tables", new(receiver.Address + "/tables", Secret: "0123456789abcdef", Models: ["tables-*"]));
        await rig.SilenceAsync(new("tables", new("tables-quiet"), AlertRig.Start, AlertRig.Start.AddHours(1), "Quiet.", "ada"));
        await rig.ObserveAsync(AlertServiceTests.Of("tables-loud", 0, 'x'));
        await rig.ObserveAsync(AlertServiceTests.Of("tables-quiet", 0, 'x'));
        clock.Advance(TimeSpan.FromHours(1));
        receiver.TopicIsAway = false;
        rig.Kill.Fault = request => request.Uri.ToString().Contains("/messages", StringComparison.Ordinal) ? null : new Azure.RequestFailedException(503, "Busy.");
        await rig.PumpAsync(rounds: 4);
        Assert.Empty(receiver.Events);
        Assert.Empty(receiver.Calls);
        rig.Kill.Fault = null;
        await rig.PumpAsync();
        Assert.Equal(2, receiver.Events.Select(one => one.Id).Distinct().Count());
        Assert.Equal(2, receiver.Calls.Select(call => call.Id).Distinct().Count());
        await rig.UnhookAsync("h-tables");
    }

    // Observes and works the queues off; true when it lived to the end.
    private async Task<bool> LiveAsync(Receiver receiver, string model, Kill kill)
    {
        await using var dying = new AlertRig(azurite.ConnectionString, receiver, kill: kill);
        return await DiesAsync(async () =>
        {
            await dying.ObserveAsync(AlertServiceTests.Of(model, 0, 'x'));
            // What a process that is killed catches, it does not live to see.
            if (kill.Dead) throw new KilledException();
            await dying.PumpAsync();
            if (kill.Dead) throw new KilledException();
        }) is false;
    }

    private static async Task<IEnumerable<Guid>> OpenAsync(AlertRig rig, string model) =>
        (await rig.Get<OpenAlerts>().ListAsync(ModelName.Parse(model), null, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken)).Select(alert => alert.Id);

    private static async Task<bool> DiesAsync(Func<Task> work)
    {
        try
        {
            await work();
            return false;
        }
        catch (KilledException)
        {
            return true;
        }
    }

    private static async Task AssertToldAsync(AlertRig rig, Receiver receiver, string model)
    {
        var alert = Assert.Single(await rig.AlertsAsync(model));
        var step = Assert.Single(alert.History);
        Assert.Equal(AlertStatus.Firing, step.To);
        Assert.Equal(step.Id.ToString(), Assert.Single(receiver.Events.Where(one => one.Subject!.StartsWith($"models/{model}/", StringComparison.Ordinal)).Select(one => one.Id).Distinct()));
        Assert.Equal(step.Id.ToString(), Assert.Single(receiver.Calls.Where(call => call.Path == "/" + model).Select(call => call.Id).Distinct()));
        Assert.Empty(await rig.RowsAsync(model, StorageNames.OutboxPrefix));
        Assert.Equal(DeliveryStatus.Delivered, Assert.Single(await rig.Get<WebhookDeliveries>().OfAsync(ModelName.Parse(model), step.Id, default)).Status);
    }
}
