using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Events;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Storage;

namespace Serverless.Infra.Tests.Templates;

/// <summary>Every event reaches the functions that want it, and only those.</summary>
public sealed class EventTests(Snapshots snapshots)
{
    private const string Subscription = "Microsoft.EventGrid/topics/eventSubscriptions";

    /// <summary>Each listener: its function, its queue, and what its code makes of a type.</summary>
    private static readonly (string Function, string Queue, Func<string, bool> Wants)[] Listeners =
    [
        ("ProjectRegistryEvent", StorageNames.ProjectionEventQueue, EventTypes.IsChange),
        ("TellWebhooks", StorageNames.WebhookEventQueue, EventTypes.IsChange),
        ("HearRolloutEvent", StorageNames.RolloutEventQueue, RolloutRequests.Concerns),
    ];

    [Fact]
    public void Listeners_AreTheEventGridFunctions() =>
        Assert.Equal(Functions.With<EventGridTriggerAttribute>().Select(function => function.Name).Order(StringComparer.Ordinal), Listeners.Select(one => one.Function).Order(StringComparer.Ordinal));

    [Fact]
    public void ToFunctions_EachGetsWhatItWants()
    {
        var subscriptions = snapshots.ToFunctions.Of(Subscription).ToDictionary(
            one => one.GetProperty("properties").GetProperty("destination").GetProperty("properties").GetProperty("resourceId").GetString()!.Split('/')[^1]);
        Assert.Equal(Listeners.Select(one => one.Function).Order(StringComparer.Ordinal), subscriptions.Keys.Order(StringComparer.Ordinal));
        Assert.All(Listeners, one => AssertTypes(one.Wants, subscriptions[one.Function]));
    }

    [Fact]
    public void ToQueues_EachGetsWhatItWants_ByTheTopicsOwnIdentity()
    {
        var subscriptions = snapshots.ToQueues.Of(Subscription).ToDictionary(one => Delivery(one).GetProperty("destination").GetProperty("properties").GetProperty("queueName").GetString()!);
        Assert.Equal(Listeners.Select(one => one.Queue).Order(StringComparer.Ordinal), subscriptions.Keys.Order(StringComparer.Ordinal));
        Assert.All(Listeners, one => AssertTypes(one.Wants, subscriptions[one.Queue]));
        // Past a storage firewall no other identity is taken.
        Assert.All(subscriptions.Values, one => Assert.Equal("SystemAssigned", Delivery(one).GetProperty("identity").GetProperty("type").GetString()));
    }

    [Fact]
    public void EveryType_IsWantedBySomebody() => Assert.All(EventSchemas.Types, type => Assert.Contains(Listeners, one => one.Wants(type)));

    [Fact]
    public void Subscriptions_TryForADay_AndLeaveWhatFailsInAContainerThatIsThere()
    {
        var containers = snapshots.Prod.Names("Microsoft.Storage/storageAccounts/blobServices/containers").ToArray();
        foreach (var one in snapshots.ToFunctions.Of(Subscription).Concat(snapshots.ToQueues.Of(Subscription)).Select(one => one.GetProperty("properties")))
        {
            Assert.Equal("CloudEventSchemaV1_0", one.GetProperty("eventDeliverySchema").GetString());
            Assert.Equal(1440, one.GetProperty("retryPolicy").GetProperty("eventTimeToLiveInMinutes").GetInt32());
            Assert.Contains(one.GetProperty("deadLetterWithResourceIdentity").GetProperty("deadLetterDestination").GetProperty("properties").GetProperty("blobContainerName").GetString(), containers);
        }
    }

    [Fact]
    public void Topic_TakesCloudEvents_AndNoKeys()
    {
        var topic = snapshots.Prod.The("Microsoft.EventGrid/topics").GetProperty("properties");
        Assert.Equal("CloudEventSchemaV1_0", topic.GetProperty("inputSchema").GetString());
        Assert.True(topic.GetProperty("disableLocalAuth").GetBoolean());
        Assert.Equal("Disabled", snapshots.Closed.The("Microsoft.EventGrid/topics").GetProperty("properties").GetProperty("publicNetworkAccess").GetString());
    }

    private static JsonElement Delivery(JsonElement subscription) => subscription.GetProperty("properties").GetProperty("deliveryWithResourceIdentity");

    private static void AssertTypes(Func<string, bool> wants, JsonElement subscription) => Assert.Equal(
        EventSchemas.Types.Where(wants).Order(StringComparer.Ordinal),
        subscription.GetProperty("properties").GetProperty("filter").GetProperty("includedEventTypes").EnumerateArray().Select(type => type.GetString()!).Order(StringComparer.Ordinal));
}
