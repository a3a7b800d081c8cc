using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Events;

public sealed class TopicTests(AzuriteFixture azurite)
{
    private readonly string id = TestHost.NewId("topic");

    [Fact]
    public async Task CloudEvents_Published_ReachEveryFunction()
    {
        await using var host = await StartAsync<BothFunctions>();

        await Publisher(host).SendEventsAsync([New("a"), New("b")]);

        List<string> seen = [];
        for (var i = 0; i < 4; i++) seen.Add(await host.Recorder.NextAsync<string>());
        Assert.Equal(["one a", "one b", "two a", "two b"], seen.Order());
    }

    [Fact]
    public async Task OneCloudEvent_Published_KeepsItsData()
    {
        await using var host = await StartAsync<CloudFunctions>();

        await Publisher(host).SendEventAsync(New("a"));

        Assert.Equal("""a test {"text":"é \u003C"}""", Escaped(await host.Recorder.NextAsync<string>()));
    }

    [Fact]
    public async Task EventGridEvent_Published_ReachesItsFunction()
    {
        await using var host = await StartAsync<GridFunctions>();

        await Publisher(host).SendEventAsync(new EventGridEvent("subject", "type", "1", new { n = 1 }) { Id = "g" });

        Assert.Equal("""grid g{"n":1}""", await host.Recorder.NextAsync<string>());
    }

    [Fact]
    public async Task Event_TooLargeForAMessage_ArrivesWhole()
    {
        await using var host = await StartAsync<CloudFunctions>();
        var large = new string('x', 200_000);

        await Publisher(host).SendEventAsync(new CloudEvent("/test", "test", large) { Id = "big" });

        Assert.Equal($"big test {large}", (await host.Recorder.NextAsync<string>()).Replace("\"", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publisher_WithAWrongKey_IsRefused()
    {
        await using var host = await StartAsync<CloudFunctions>();
        var endpoint = new Uri(Settings(host)["EventGrid:TopicEndpoint"]!);
        var options = new EventGridPublisherClientOptions { Retry = { MaxRetries = 0 } };

        var problem = await Assert.ThrowsAsync<RequestFailedException>(
            () => new EventGridPublisherClient(endpoint, new AzureKeyCredential("wrong"), options).SendEventAsync(New("a")));

        Assert.Equal(401, problem.Status);
        Assert.Equal(0, host.Recorder.Count);
    }

    [Theory]
    [InlineData("{ not json", 400)]
    [InlineData("""[{"id":"1"}]""", 400)]
    [InlineData("""[{"id":"1","source":"/s","type":"t","specversion":"1.0"},7]""", 400)]
    [InlineData("[]", 200)]
    public async Task Body_ThatHoldsNoEvents_IsRefusedWhole(string body, int status)
    {
        await using var host = await StartAsync<CloudFunctions>();
        using var request = new HttpRequestMessage(HttpMethod.Post, Settings(host)["EventGrid:TopicEndpoint"]) { Content = new StringContent(body) };
        request.Headers.Add("aeg-sas-key", Settings(host)["EventGrid:TopicKey"]);

        using var answer = await host.Client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_BeyondAMebibyte_IsRefused(bool withLength)
    {
        await using var host = await StartAsync<CloudFunctions>();
        using var request = new HttpRequestMessage(HttpMethod.Post, Settings(host)["EventGrid:TopicEndpoint"]) { Content = new StringContent($"[{new string(' ', 1 << 20)}]") };
        request.Headers.Add("aeg-sas-key", Settings(host)["EventGrid:TopicKey"]);
        request.Headers.TransferEncodingChunked = !withLength;

        using var answer = await host.Client.SendAsync(request);

        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Event_ThatFails_IsTriedAgainUntilItIsTaken()
    {
        await using var host = await StartAsync<CloudFunctions>();
        host.Recorder.Switches["fail"] = 2;

        await Publisher(host).SendEventAsync(New("a"));

        for (var attempt = 0; attempt < 3; attempt++) Assert.StartsWith("a test", await host.Recorder.NextAsync<string>(), StringComparison.Ordinal);
        Assert.Equal(0, host.Recorder.Switches["fail"]);
    }

    [Fact]
    public async Task Event_ThatAlwaysFails_IsDeadLettered()
    {
        await using var host = await StartAsync<CloudFunctions>("--FunctionsHost:EventGrid:MaxDeliveryAttempts=2");
        host.Recorder.Switches["fail"] = 100;

        await Publisher(host).SendEventAsync(New("a"));
        var letter = await DeadLetterAsync();

        Assert.Equal("a", (string)letter["event"]!["id"]!);
        Assert.Equal("Cloud", (string)letter["function"]!);
        Assert.Equal("MaxDeliveryAttemptsExceeded", (string)letter["deadLetterReason"]!);
        Assert.Equal(2, (int)letter["deliveryAttempts"]!);
        Assert.Equal("InvalidOperationException: as told", (string)letter["lastDeliveryOutcome"]!);
        Assert.Equal(2, host.Recorder.Count);
    }

    [Fact]
    public async Task Event_OfAKindThatTheFunctionCannotTake_IsDeadLetteredAtOnce()
    {
        await using var host = await StartAsync<CloudFunctions>();

        await Publisher(host).SendEventAsync(new EventGridEvent("subject", "type", "1", new { n = 1 }) { Id = "g" });

        Assert.Equal("BadRequest", (string)(await DeadLetterAsync())["deadLetterReason"]!);
        Assert.Equal(0, host.Recorder.Count);
    }

    [Fact]
    public async Task Event_AcceptedBeforeAHostEnded_IsDeliveredByTheNext()
    {
        await using (var first = await StartAsync<CloudFunctions>())
        {
            first.Recorder.Switches["fail"] = 100;
            await Publisher(first).SendEventAsync(New("kept"));
            await first.Recorder.NextAsync<string>();
        }

        await using var second = await StartAsync<CloudFunctions>();

        Assert.StartsWith("kept", await second.Recorder.NextAsync<string>(), StringComparison.Ordinal);
    }

    private static CloudEvent New(string id) => new("/test", "test", new { text = "é <" }) { Id = id };

    private static string Escaped(string text) => text.Replace("\\u00E9", "é", StringComparison.Ordinal);

    private static IConfiguration Settings(TestHost host) => host.Services.GetRequiredService<IConfiguration>();

    private static EventGridPublisherClient Publisher(TestHost host) => new(
        new Uri(Settings(host)["EventGrid:TopicEndpoint"]!), new AzureKeyCredential(Settings(host)["EventGrid:TopicKey"]!));

    private async Task<JsonObject> DeadLetterAsync()
    {
        var container = new BlobContainerClient(azurite.ConnectionString, "eventgrid-deadletters", new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            if (!await container.ExistsAsync(limit.Token)) continue;
            await foreach (var blob in container.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = id }, limit.Token))
                return JsonSerializer.Deserialize<JsonObject>((await container.GetBlobClient(blob.Name).DownloadContentAsync(limit.Token)).Value.Content)!;
        }
    }

    private Task<TestHost> StartAsync<T>(params string[] args) => TestHost.StartAsync(
        azurite.ConnectionString, id, TimeProvider.System, [typeof(T)], ["--FunctionsHost:EventGrid:RetrySchedule=00:00:01", .. args]);
}
