using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;
using Serverless.Services.Tests.Registry;
using Serverless.Services.Tests.Registry.Onnx;
using Serverless.Testing;

namespace Serverless.Services.Tests.Events;

public sealed class EventTypesTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync() => host = await RegistryHost.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData(nameof(Actions.RolloutStarted), "Serverless.Rollout.Started")]
    [InlineData(nameof(Actions.RolloutRolledBack), "Serverless.Rollout.RolledBack")]
    [InlineData(nameof(Actions.VersionQuarantined), "Serverless.Registry.VersionQuarantined")]
    [InlineData("Rollout", "Serverless.Registry.Rollout")]
    public void Type_FollowsFromTheAction(string action, string type)
    {
        Assert.Equal(type, EventTypes.Of(action));
        Assert.True(EventTypes.IsChange(type));
    }

    [Fact]
    public async Task Change_OfARollout_IsTold_WithItsStoryAndItsCause()
    {
        var model = ModelName.Parse("told-rollout");
        await host.RegisterAsync(model.Value, TinyModel.Of(input: TinyModel.Value("x", 1, 1, 1), output: TinyModel.Value("y", 1, 1, 1)).ToArray());
        await host.Get<ModelStore>().ChangeAsync(model, RegistryHost.Caller, record => Task.FromResult<Plan?>(new(record!, [],
            new Change(Actions.RolloutMoved, "versions/1", null, new JsonObject { ["stage"] = "shadowing" }, "Validated.", "the-rollout"))), default);

        var told = host.Events[^1];
        Assert.Equal(("Serverless.Rollout.Moved", "models/told-rollout/versions/1"), (told.Type, told.Subject));
        Assert.Equal(("the-rollout", "cause"), (told.ExtensionAttributes["correlationid"], told.ExtensionAttributes["causationid"]));
        var data = JsonDocument.Parse(told.Data!).RootElement;
        Assert.Equal(("the-rollout", "cause", "Validated."), (data.GetProperty("correlationId").GetString(), data.GetProperty("causationId").GetString(), data.GetProperty("reason").GetString()));
        // What belongs to no story is one with its cause.
        Assert.Equal(["cause"], host.Events.SkipLast(1).Select(one => one.ExtensionAttributes["correlationid"]).Distinct());
    }

    [Theory]
    [InlineData("Serverless.Registry.ModelCreated", true)]
    [InlineData("Serverless.Rollout.Moved", true)]
    [InlineData("Serverless.Monitoring.AlertFired", false)]
    public async Task Projections_AreMended_ByEventsOfChanges(string type, bool mends)
    {
        var model = ModelName.Parse("mended-by-" + type);
        await host.Get<ModelService>().PutAsync(model, new(Owner: "o"), null, RegistryHost.Caller, default);
        await host.ForgetAsync(model);
        await host.Get<Projections>().HandleAsync(new CloudEvent(EventTypes.Source, type, null) { Id = host.Received[^1], Subject = $"models/{model}" }, default);
        Assert.Equal(mends, await host.Get<ModelCatalog>().AllAsync(default).AnyAsync(listed => listed.Name == model));
    }

    [Fact]
    public void Row_FromBeforeStoriesWereKept_IsStillAnEvent()
    {
        const string Old = """{"id":"01a208b9-318b-79e0-ae57-3ea4d5600000","type":"Serverless.Registry.AliasMoved","subject":"models/m/aliases/champion","time":"2026-11-23T14:04:46+00:00","data":{"model":"m"}}""";
        var cloud = EventEnvelope.Of(JsonSerializer.Deserialize(Old, EventsJson.Default.OutboxEvent)!, "https://mlops.example/");
        Assert.Equal(("Serverless.Registry.AliasMoved", "01a208b9-318b-79e0-ae57-3ea4d5600000"), (cloud.Type, cloud.Id));
        Assert.Equal("https://mlops.example/schemas/events/Serverless.Registry.AliasMoved.json", cloud.DataSchema);
        Assert.Empty(cloud.ExtensionAttributes);
        // As JSON, not as bytes in Base64.
        Assert.Contains("\"data\":{\"model\":\"m\"}", System.Text.Encoding.UTF8.GetString(EventEnvelope.Structured(cloud)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64!")]
    [InlineData("{\"id\":\"1\"}")]
    [InlineData("{broken")]
    [InlineData("bnVsbA==")]
    public void Message_ThatHoldsNoEvent_IsRefused(string message) => Assert.True(
        Record.Exception(() => EventEnvelope.Parse(message)) is FormatException or JsonException or ArgumentException);
}
