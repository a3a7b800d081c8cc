using Serverless.Core.Access;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Faults;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Alerts;

public sealed class AlertUpkeepTests(AzuriteFixture azurite) : AlertsOnAFakeClock(azurite)
{
    [Fact]
    public async Task Alert_ThatIsOverFor90Days_IsForgottenWithWhatWasTold_AndWhatIsOpenStays()
    {
        await Rig.HookAsync("h-aged", new(Receiver.Address + "/aged", Secret: "0123456789abcdef", Models: ["aged"]));
        var open = await Rig.ObserveAsync(AlertServiceTests.Of("aged", 0, 'x', "open"));
        await Rig.ObserveAsync(AlertServiceTests.Of("aged", 0, 'x', "over"));
        await Rig.ObserveAsync(AlertServiceTests.Of("aged", 0, 'x', "pending"), new() { Breaches = 2, Windows = 2 });
        await Rig.ObserveAsync(AlertServiceTests.Of("aged", 0, 'x', "late"));
        Clock.Advance(TimeSpan.FromHours(1));
        await Rig.ObserveAsync(AlertServiceTests.Of("aged", 1, '.', "over"));
        foreach (var hour in (int[])[1, 2]) await Rig.ObserveAsync(AlertServiceTests.Of("aged", hour, '.', "pending"), new() { Breaches = 2, Windows = 2 });
        Clock.Advance(TimeSpan.FromDays(30));
        await Rig.ObserveAsync(AlertServiceTests.Of("aged", 720, '.', "late"));
        await Rig.PumpAsync();
        Assert.Equal((4, 5, 5), await CountAsync("aged"));

        Clock.SetUtcNow(AlertRig.Start.AddDays(90).AddMinutes(59));
        await KeepAsync("aged");
        Assert.Equal((4, 5, 5), await CountAsync("aged"));
        Clock.Advance(TimeSpan.FromMinutes(2));
        await KeepAsync("aged");
        Assert.Equal(["late", "open"], (await Rig.AlertsAsync("aged")).Select(alert => alert.Monitor).Order());
        Assert.Equal((2, 3, 3), await CountAsync("aged"));
        Clock.Advance(TimeSpan.FromDays(300));
        await KeepAsync("aged");
        Assert.Equal((1, 1, 1), await CountAsync("aged"));
        Assert.NotNull(await Rig.Get<AlertStore>().NoticeAsync(ModelName.Parse("aged"), open!.History[^1].Id, Cancel));
        // What was forgotten begins anew.
        Assert.True((await Rig.ObserveAsync(AlertServiceTests.Of("aged", 9000, 'x', "over")))!.Open);
    }

    [Fact]
    public async Task Alert_OfWhichSomethingIsStillToBeTold_StaysUntilItIs()
    {
        Receiver.TopicIsAway = true;
        await Rig.ObserveAsync(AlertServiceTests.Of("untold", 0, 'x'));
        await Rig.ObserveAsync(AlertServiceTests.Of("untold", 1, '.'));
        await Rig.SilenceAsync(new("untold", new("withheld"), AlertRig.Start, AlertRig.Start.AddDays(200), "A long migration.", "ada"));
        await Rig.ObserveAsync(AlertServiceTests.Of("withheld", 0, 'x'));
        Clock.Advance(TimeSpan.FromDays(100));
        await KeepAsync("untold");
        await KeepAsync("withheld");
        Assert.Equal((1, 2, 0), await CountAsync("untold"));
        Assert.Equal((1, 1, 0), await CountAsync("withheld"));
        Receiver.TopicIsAway = false;
        await Rig.PumpAsync(rounds: 3);
        Assert.Equal(2, Receiver.Events.Count(told => told.Subject!.Contains("/untold/", StringComparison.Ordinal)));
        await KeepAsync("untold");
        Assert.Equal((0, 0, 0), await CountAsync("untold"));
    }

    [Fact]
    public async Task Forgetting_ByTwoAtOnce_IsDoneOnce()
    {
        await using var other = new AlertRig(Storage, Receiver, Clock);
        foreach (var monitor in Enumerable.Range(0, 60).Select(number => $"m{number}"))
            foreach (var (hour, verdict) in ((int, char)[])[(0, 'x'), (1, '.')]) await Rig.ObserveAsync(AlertServiceTests.Of("crowd", hour, verdict, monitor));
        Assert.Equal((60, 120, 0), await CountAsync("crowd"));
        Clock.Advance(TimeSpan.FromDays(91));
        await Task.WhenAll(KeepAsync("crowd"), other.Get<AlertUpkeep>().RunAsync(ModelName.Parse("crowd"), Cancel));
        Assert.Equal((0, 0, 0), await CountAsync("crowd"));
    }

    [Fact]
    public async Task Killed_WhileItForgets_TheNextRunLeavesNothing()
    {
        await Rig.HookAsync("h-cut", new(Receiver.Address + "/cut", Secret: "0123456789abcdef", Models: ["cut-*"]));
        var (at, lived) = (0, false);
        while (!lived)
        {
            var model = $"cut-{++at}";
            // More rows than a transaction holds.
            foreach (var monitor in Enumerable.Range(0, 21).Select(number => $"m{number}"))
                foreach (var (hour, verdict) in ((int, char)[])[(0, 'x'), (1, '.')]) await Rig.ObserveAsync(AlertServiceTests.Of(model, hour, verdict, monitor));
            await Rig.PumpAsync();
            Assert.Equal((21, 42, 42), await CountAsync(model));
            Clock.Advance(TimeSpan.FromDays(91));
            await using var dying = new AlertRig(Storage, Receiver, Clock, new Kill(at, afterwards: true));
            lived = await LivesAsync(() => dying.Get<AlertUpkeep>().RunAsync(ModelName.Parse(model), Cancel));
            await KeepAsync(model);
            Assert.Equal((0, 0, 0), await CountAsync(model));
        }

        Assert.True(at >= 7, $"{at} calls");
    }

    [Fact]
    public async Task Timer_AsksForEachModel_AndWhatWasNotNotedAsOpenIsNoted()
    {
        foreach (var model in (string[])["asked-one", "asked-two"])
        {
            await Rig.Get<ModelService>().PutAsync(ModelName.Parse(model), new ModelRequest(), null, new Caller("tester", "cause", null), Cancel);
            var alert = await Rig.ObserveAsync(AlertServiceTests.Of(model, 0, 'x'));
            await Rig.Get<AlertsTable>().StrikeOpenAsync(ModelName.Parse(model), alert!.Id, Cancel);
        }

        Assert.Empty(await OpenAsync());
        await Rig.Get<AlertUpkeep>().RequestAsync(Cancel);
        Assert.Equal(["asked-one", "asked-two"], (await Rig.MessagesAsync(StorageNames.AlertUpkeepQueue)).Order());
        await Rig.PumpAsync();
        Assert.Equal(["asked-one", "asked-two"], await OpenAsync());
    }

    private Task KeepAsync(string model) => Rig.Get<AlertUpkeep>().RunAsync(ModelName.Parse(model), Cancel);

    private async Task<IReadOnlyList<string>> OpenAsync() =>
        [.. (await Rig.Get<OpenAlerts>().ListAsync(null, null, Cancel).ToListAsync(Cancel)).Select(alert => alert.Model).Where(model => model.StartsWith("asked", StringComparison.Ordinal))];

    private async Task<(int Alerts, int Notices, int Deliveries)> CountAsync(string model) => (
        (await Rig.RowsAsync(model, StorageNames.AlertPrefix)).Count, (await Rig.RowsAsync(model, StorageNames.NoticePrefix)).Count, (await Rig.RowsAsync(model, StorageNames.DeliveryPrefix)).Count);

    private static async Task<bool> LivesAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }
}
