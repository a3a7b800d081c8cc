using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Tests.Monitoring.Alerts;
using Serverless.Testing;

namespace Serverless.Services.Tests.Events;

public sealed class AlertEventsTests(AzuriteFixture azurite) : AlertsOnAFakeClock(azurite)
{
    [Fact]
    public async Task Events_OfAlerts_AreAsTheirSchemasSay()
    {
        var model = ModelName.Parse("described-alerts");
        var breach = AlertServiceTests.Of(model.Value, 0, 'x');
        Rig.Recent.Add(breach);
        var alert = (await Rig.ObserveAsync(breach))!;
        Clock.Advance(TimeSpan.FromHours(25));
        await Rig.ObserveAsync(AlertServiceTests.Of(model.Value, 25, 'x'));
        await Rig.Get<AlertService>().AcknowledgeAsync(model, alert.Id, "ada", "Mine.", Cancel);
        await Rig.ObserveAsync(AlertServiceTests.Of(model.Value, 26, '.'));
        var events = Receiver.Events.ToArray();
        await SchemaCheck.CheckAsync(events, ["AlertFired", "AlertReminded", "AlertAcknowledged", "AlertResolved"]);
        Assert.Equal([alert.Id.ToString()], events.Select(one => (string)one.ExtensionAttributes["correlationid"]).Distinct());
        Assert.Equal(breach.Id.ToString(), events[0].ExtensionAttributes["causationid"]);
        Assert.Equal("https://mlops.example/schemas/events/Serverless.Monitoring.AlertFired.json", events[0].DataSchema);
    }
}
