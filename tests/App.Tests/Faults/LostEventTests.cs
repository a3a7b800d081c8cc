using System.Net;
using System.Net.Http.Json;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>What is committed is published at least once, whatever the topic does and whenever the process dies.</summary>
/// <remarks>On a storage of its own: another test's application would answer the outbox's questions, to another topic.</remarks>
public sealed class LostEventTests : IAsyncLifetime
{
    private readonly AzuriteFixture azurite = new();

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public ValueTask DisposeAsync() => azurite.DisposeAsync();

    [Fact]
    public async Task Events_RefusedForAWhile_AllArriveWhenTheTopicIsBack()
    {
        await using var topic = await Topic.StartAsync(Topic.Manner.Refuse);
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(topic.Settings));
        var (status, body) = await app.Client.RegisterAsync("refused", SuiteCalls.Onnx(Files.Variant("iris_lr", "refused")));
        Assert.True(status == HttpStatusCode.Created, body.GetRawText());
        using (var changed = await app.Client.PutAsJsonAsync("/models/refused", new { description = "While the topic is away." }))
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Empty(topic.Arrived);
        // The second chance of both changes has come and been refused as well.
        var seen = topic.Requests;
        await SuiteCalls.UntilAsync("the events are sent again", () => Task.FromResult(topic.Requests > seen + 2));

        topic.Become(Topic.Manner.Accept);

        await AssertAllArriveAsync(app, topic, "refused", atLeast: 4);
    }

    [Fact]
    public async Task Events_OfAProcessKilledBetweenCommitAndPublication_ArriveWithTheSameIds()
    {
        await using var hanging = await Topic.StartAsync(Topic.Manner.Hang);
        Guid[] committed;
        await using (var killed = await SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(hanging.Settings)))
        {
            var lost = killed.Client.PostAsync("/models/unpublished/versions", SuiteCalls.Onnx(Files.Variant("iris_lr", "unpublished")));
            await hanging.Asked.WaitAsync(Patience.Limit, TimeProvider.System, TestContext.Current.CancellationToken);
            await SuiteCalls.UntilAsync("the version is committed", async () => await killed.Client.StatusAsync("/models/unpublished") == HttpStatusCode.OK);
            Assert.False(lost.IsCompleted);
            committed = await IdsAsync(killed, "unpublished");
            killed.Kill();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => lost);
        }

        Assert.NotEmpty(committed);
        await using var topic = await Topic.StartAsync(Topic.Manner.Accept);
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(topic.Settings));

        await AssertAllArriveAsync(app, topic, "unpublished", atLeast: committed.Length);
        Assert.Equal(committed.Order(), (await IdsAsync(app, "unpublished")).Order());
    }

    private static async Task AssertAllArriveAsync(AppProcess app, Topic topic, string model, int atLeast)
    {
        var ids = await IdsAsync(app, model);
        Assert.True(ids.Length >= atLeast, $"{ids.Length} audit entries");
        await SuiteCalls.UntilAsync("every event has arrived", () => Task.FromResult(ids.All(topic.Arrived.ContainsKey)));
    }

    private static async Task<Guid[]> IdsAsync(AppProcess app, string model) =>
        [.. (await app.Client.JsonAsync($"/models/{model}/audit?pageSize=100")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("entry").GetProperty("id").GetGuid())];
}
