using System.Net;
using System.Net.Http.Json;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.App.Tests.Events;

/// <summary>Where Event Grid cannot reach the app it leaves events in queues, one a listener: what follows from an event follows all the same.</summary>
public sealed class QueuedEventsTests : IAsyncLifetime
{
    private readonly AzuriteFixture azurite = new();

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public ValueTask DisposeAsync() => azurite.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EventsInQueues_MendProjections_TellWebhooks_AndStartRollouts(bool base64)
    {
        await using var topic = await Topic.StartAsync(Topic.Manner.Accept);
        await using var hook = await Hook.StartAsync();
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, AlertSuite.Settings(topic.Settings));
        var model = await LiveAsync(app, hook);
        await ForgetAsync(model);
        Assert.Equal(0, await app.Client.ListedAsync(model.Value));
        Assert.Empty(hook.Calls);

        foreach (var told in topic.Events)
            foreach (var queue in (string[])[StorageNames.ProjectionEventQueue, StorageNames.WebhookEventQueue, StorageNames.RolloutEventQueue])
                await SendAsync(queue, base64 ? Convert.ToBase64String(Encoding.UTF8.GetBytes(told)) : told);

        await SuiteCalls.UntilAsync("the model is listed again", async () => await app.Client.ListedAsync(model.Value) == 1);
        await SuiteCalls.UntilAsync("webhooks are told", () => Task.FromResult(topic.Arrived.Keys.All(id => hook.Calls.Any(call => call.Id.Contains(id.ToString(), StringComparison.Ordinal)))));
        await SuiteCalls.UntilAsync("a rollout has started", async () => (await app.Client.JsonAsync($"/models/{model}/rollouts")).GetProperty("items").GetArrayLength() > 0);
    }

    // Two versions, the second of which sets out by itself once somebody hears of it.
    private static async Task<ModelName> LiveAsync(AppProcess app, Hook hook)
    {
        using var put = await app.Client.PutAsJsonAsync("/webhooks/all", new { url = hook.Address + "/", secret = "a secret of enough letters", events = new[] { "Serverless.*" } });
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        foreach (var version in (int[])[1, 2])
        {
            var (status, body) = await app.Client.RegisterAsync("queued", SuiteCalls.Onnx(Files.Variant("iris_lr", $"queued {version}")));
            Assert.True(status == HttpStatusCode.Created, body.GetRawText());
            using var policy = await app.Client.PutAsJsonAsync("/models/queued/policy", new { rollout = new { start = "onRegistration" } });
            Assert.True(policy.IsSuccessStatusCode, await policy.Content.ReadAsStringAsync());
        }
        return ModelName.Parse("queued");
    }

    private async Task ForgetAsync(ModelName model) => await new TableServiceClient(azurite.ConnectionString).GetTableClient(StorageNames.CatalogTable)
        .DeleteEntityAsync(StorageNames.CatalogPartition(model), model.Value, cancellationToken: TestContext.Current.CancellationToken);

    private async Task SendAsync(string queue, string message)
    {
        var client = new QueueClient(azurite.ConnectionString, queue);
        await client.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await client.SendMessageAsync(message, TestContext.Current.CancellationToken);
    }
}
