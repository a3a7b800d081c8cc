using System.Text.Json.Nodes;
using Azure.Messaging;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Events.Webhooks;
using Serverless.Services.Events;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Registry.Webhooks;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Faults;
using Serverless.Services.Tests.Monitoring.Alerts;
using Serverless.Testing;

namespace Serverless.Services.Tests.Events;

/// <summary>Events of the registry and of rollouts on their way to webhooks, on a storage of their own.</summary>
public sealed class WebhookEventsTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private const string Secret = "a secret of enough letters";
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private Receiver receiver = null!;

    public async ValueTask InitializeAsync() => receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => receiver.DisposeAsync();

    [Fact]
    public async Task Event_ReachesWhoWantsIt_Signed_AsItWasPublished_AndOnce()
    {
        await using var rig = await StartAsync();
        await rig.HookAsync("wants", new(receiver.Address + "/wants", Secret: Secret, Events: ["Serverless.Rollout.*"], Models: ["told"]));
        await rig.HookAsync("alerts", new(receiver.Address + "/alerts", Secret: Secret, Models: ["told"]));
        await rig.HookAsync("others", new(receiver.Address + "/others", Secret: Secret, Events: ["Serverless.*"], Models: ["another"]));
        var told = Event("told", "Serverless.Rollout.Promoted");
        for (var time = 0; time < 3; time++) await rig.Get<WebhookEvents>().TellAsync(told, default);
        await rig.PumpAsync(twice: true);
        var call = Assert.Single(receiver.Calls);
        Assert.Equal(("/wants", told.Id, Trace), (call.Path, call.Id, call.Headers["traceparent"]));
        Assert.Null(WebhookSignature.Verify(Secret, call.Id, call.Headers["webhook-timestamp"], call.Headers["webhook-signature"], call.Body, TimeProvider.System.GetUtcNow()));
        var arrived = CloudEvent.Parse(new BinaryData(call.Body))!;
        Assert.Equal((told.Id, told.Type, told.Subject, told.Time, told.DataSchema), (arrived.Id, arrived.Type, arrived.Subject, arrived.Time, arrived.DataSchema));
        Assert.Equal(told.ExtensionAttributes.OrderBy(one => one.Key), arrived.ExtensionAttributes.OrderBy(one => one.Key));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(told.Data), JsonNode.Parse(arrived.Data)));
        Assert.StartsWith("application/cloudevents+json", call.Headers["content-type"], StringComparison.Ordinal);
        Assert.Equal(DeliveryStatus.Delivered, Assert.Single(await rig.Get<WebhookDeliveries>().OfAsync(ModelName.Parse("told"), Guid.Parse(told.Id), default)).Status);
    }

    [Fact]
    public async Task Event_IsTriedAgain_AndGivenUp_AsStepsOfAlertsAre()
    {
        await using var rig = await StartAsync(("Webhooks:Attempts", "3"));
        foreach (var status in (int[])[500, 200, 500, 500, 500]) receiver.Answers.Enqueue(status);
        await rig.HookAsync("flaky", new(receiver.Address + "/flaky", Secret: Secret, Events: ["Serverless.Registry.AliasMoved"], Models: ["flaky", "dead"]));
        var (flaky, dead) = (Event("flaky", "Serverless.Registry.AliasMoved"), Event("dead", "Serverless.Registry.AliasMoved"));
        foreach (var told in (CloudEvent[])[flaky, dead])
        {
            await rig.Get<WebhookEvents>().TellAsync(told, default);
            await rig.PumpAsync();
        }

        Assert.Equal((DeliveryStatus.Delivered, 2), await RecordAsync(rig, flaky));
        Assert.Equal((DeliveryStatus.GivenUp, 3), await RecordAsync(rig, dead));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Event_WhoseHostDies_AtAnyCallToStorage_IsDelivered_AndRecordedOnce(bool afterwards)
    {
        await using var rig = await StartAsync();
        var (at, lived) = (0, false);
        while (!lived)
        {
            at++;
            var (model, path) = ($"killed-{afterwards}-{at}", $"/killed-{afterwards}-{at}");
            await rig.HookAsync(model, new(receiver.Address + path, Secret: Secret, Events: ["Serverless.Registry.*"], Models: [model]));
            receiver.Answers.Clear();
            receiver.Answers.Enqueue(500);
            var told = Event(model, "Serverless.Registry.AliasMoved");
            var (queued, worked) = await LiveAsync(told, new(at, afterwards));
            lived = queued && worked;
            // The topic, which had no answer, brings it again.
            if (!queued) await rig.Get<WebhookEvents>().TellAsync(told, default);
            await rig.PumpAsync();
            Assert.Equal([told.Id], receiver.Calls.Where(call => call.Path == path).Select(call => call.Id).Distinct());
            Assert.Equal(DeliveryStatus.Delivered, (await RecordAsync(rig, told)).Item1);
            await rig.UnhookAsync(model);
        }

        Assert.True(at > 8, $"{at} calls");
    }

    [Theory]
    [InlineData("Serverless.Monitoring.AlertFired", EventTypes.Source, "models/none")]
    [InlineData("Serverless.Registry.AliasMoved", "/somebody-else", "models/none")]
    [InlineData("Serverless.Registry.AliasMoved", EventTypes.Source, "keys/none")]
    [InlineData("Microsoft.Storage.BlobCreated", EventTypes.Source, "models/none")]
    public async Task Event_ThatIsNoneOfOurs_OrHasAnotherWay_IsLeft(string type, string source, string subject)
    {
        await using var rig = await StartAsync();
        await rig.HookAsync("all", new(receiver.Address + "/all", Secret: Secret, Events: ["*"], Models: ["none"]));
        // What another test has left there waits for its time.
        var before = await rig.MessagesAsync(StorageNames.AlertDeliveryQueue);
        await rig.Get<WebhookEvents>().TellAsync(new(source, type, new { }) { Id = Guid.CreateVersion7(AlertRig.Start).ToString("D"), Subject = subject }, default);
        Assert.Empty((await rig.MessagesAsync(StorageNames.AlertDeliveryQueue)).Except(before));
    }

    [Fact]
    public async Task Event_ThatIsOld_IsForgotten_WithItsDeliveries()
    {
        await using var rig = await StartAsync();
        await rig.HookAsync("keeps", new(receiver.Address + "/keeps", Secret: Secret, Events: ["Serverless.Registry.*"], Models: ["forgotten"]));
        var (old, young) = (Event("forgotten", "Serverless.Registry.AliasMoved"), Event("forgotten", "Serverless.Registry.AliasMoved", TimeProvider.System.GetUtcNow()));
        foreach (var told in (CloudEvent[])[old, young]) await rig.Get<WebhookEvents>().TellAsync(told, default);
        await rig.PumpAsync();
        for (var time = 0; time < 2; time++) await rig.Get<AlertUpkeep>().RunAsync(ModelName.Parse("forgotten"), default);
        Assert.Equal([$"event|{young.Id}"], await rig.RowsAsync("forgotten", StorageNames.WebhookEventPrefix));
        Assert.Equal([$"delivery|{young.Id}|keeps"], await rig.RowsAsync("forgotten", StorageNames.DeliveryPrefix));
    }

    [Fact]
    public async Task Deliveries_OfAWebhook_AreListedNewestFirst_WithTheNextTry_AndForgottenInTime()
    {
        var clock = new FakeTimeProvider(AlertRig.Start);
        await using var rig = await StartAsync(clock, ("Webhooks:FirstDelay", "00:01:00"), ("Webhooks:Attempts", "2"));
        await rig.HookAsync("listed", new(receiver.Address + "/listed", Secret: Secret, Events: ["Serverless.Registry.*", "Serverless.Rollout.*"], Models: ["listed-*"]));
        var told = new[] { "Registry.AliasMoved", "Rollout.Promoted", "Rollout.Retired" }.Select((type, minute) => Event($"listed-{minute}", $"Serverless.{type}", AlertRig.Start.AddMinutes(minute))).ToArray();
        foreach (var one in told) await rig.Get<WebhookEvents>().TellAsync(one, default);
        Assert.Equal([.. told.Reverse().Select(one => (one.Id, one.Type, DeliveryStatus.Waiting, 0))], await ListAsync(rig));
        foreach (var (one, status) in told.Zip((int[])[410, 503, 200]))
        {
            receiver.Answers.Enqueue(status);
            await rig.Get<WebhookDeliveries>().RunAsync($$"""{"model":"{{one.Subject!.Split('/')[1]}}","step":"{{one.Id}}","webhook":"listed","attempt":1}""", default);
        }

        var page = await PageAsync(rig, "?pageSize=2");
        var (retired, promoted) = (page.Items[0], page.Items[1]);
        Assert.Equal(("listed-2", DeliveryStatus.Delivered, 1, 200, null, null), (retired.Model, retired.Status, retired.Attempts, retired.HttpStatus, retired.Reason, retired.Next));
        Assert.Equal(("listed-1", DeliveryStatus.Waiting, 1, 503, AlertRig.Start), (promoted.Model, promoted.Status, promoted.Attempts, promoted.HttpStatus, promoted.Time));
        Assert.InRange(promoted.Next!.Value, AlertRig.Start.AddSeconds(30), AlertRig.Start.AddSeconds(60));
        var moved = Assert.Single((await PageAsync(rig, $"?pageSize=2&pageToken={page.NextPageToken}")).Items);
        Assert.Equal((told[0].Id, DeliveryStatus.GivenUp, "The receiver answered 410.", null), (moved.Id.ToString("D"), moved.Status, moved.Reason, moved.Next));
        await rig.HookAsync("deaf", new(receiver.Address + "/deaf", Secret: Secret, Events: ["Serverless.Registry.*"], Models: ["nobody"]));
        Assert.Empty((await PageAsync(rig, "", "deaf")).Items);
        Assert.Equal(ProblemKind.NotFound, (await Assert.ThrowsAsync<ProblemException>(() => PageAsync(rig, "", "nobody"))).Kind);

        clock.Advance(TimeSpan.FromDays(90) + TimeSpan.FromSeconds(90));
        await rig.Get<AlertUpkeep>().RequestAsync(default);
        Assert.Equal([told[2].Id], (await PageAsync(rig, "")).Items.Select(one => one.Id.ToString("D")));
    }

    private static async Task<IEnumerable<(string, string, DeliveryStatus, int)>> ListAsync(AlertRig rig) =>
        (await PageAsync(rig, "")).Items.Select(one => (one.Id.ToString("D"), one.Type, one.Status, one.Attempts));

    private static async Task<Page<WebhookDelivery>> PageAsync(AlertRig rig, string query, string id = "listed")
    {
        var request = rig.Request();
        request.QueryString = new QueryString(query);
        return Assert.IsType<JsonHttpResult<Page<WebhookDelivery>>>(await rig.Get<WebhookDeliveries>().ListAsync(request, id, default)).Value!;
    }

    private Task<AlertRig> StartAsync(params (string, string)[] settings) => StartAsync(null, settings);

    private async Task<AlertRig> StartAsync(TimeProvider? clock, params (string, string)[] settings)
    {
        var rig = new AlertRig(azurite.ConnectionString, receiver, clock, settings: settings);
        await foreach (var hook in rig.Get<AlertSettingsTable>().ListAsync(AlertSettingsTable.Webhooks, null, default).Select(json => System.Text.Json.JsonSerializer.Deserialize(json, WebhookStoredJson.Default.Webhook)!)) await rig.UnhookAsync(hook.Id);
        return rig;
    }

    private async Task<(bool Queued, bool Worked)> LiveAsync(CloudEvent told, Kill kill)
    {
        await using var dying = new AlertRig(azurite.ConnectionString, receiver, kill: kill);
        var queued = false;
        try
        {
            await dying.Get<WebhookEvents>().TellAsync(told, default);
            queued = true;
            await dying.PumpAsync();
            return (true, !kill.Dead);
        }
        catch (Exception) when (kill.Dead)
        {
            return (queued, false);
        }
    }

    private static async Task<(DeliveryStatus, int)> RecordAsync(AlertRig rig, CloudEvent told)
    {
        var record = Assert.Single(await rig.Get<WebhookDeliveries>().OfAsync(ModelName.Parse(told.Subject!.Split('/')[1]), Guid.Parse(told.Id), default));
        return (record.Status, record.Attempts);
    }

    private static CloudEvent Event(string model, string type, DateTimeOffset? time = null) => EventEnvelope.Of(
        new(Guid.CreateVersion7(time ?? AlertRig.Start), type, $"models/{model}/versions/1", time ?? AlertRig.Start, Trace, new JsonObject { ["model"] = model, ["reason"] = "Größer & <besser>" })
        {
            CorrelationId = "story", CausationId = "cause",
        },
        "https://mlops.example");
}
