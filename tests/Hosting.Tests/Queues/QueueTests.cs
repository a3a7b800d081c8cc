using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Queues;

public sealed record Order(string Id, int Count);

public sealed class QueueFunctions(Recorder recorder)
{
    [Function("Text")]
    public void Text([QueueTrigger("%Names%-text")] string message) => recorder.Add(message);

    [Function("Bytes")]
    public void Bytes([QueueTrigger("%Names%-bytes")] byte[] message) => recorder.Add(Encoding.UTF8.GetString(message));

    [Function("Data")]
    public void Data([QueueTrigger("%Names%-data")] BinaryData message, FunctionContext context) =>
        recorder.Add($"{message} {context.BindingContext.BindingData["DequeueCount"]}");

    [Function("Poco")]
    public Task Poco([QueueTrigger("%Names%-poco")] Order order)
    {
        recorder.Add(order);
        return Task.CompletedTask;
    }

    [Function("Message")]
    public void Message([QueueTrigger("%Names%-message")] QueueMessage message) => recorder.Add(message.MessageText + message.DequeueCount);
}

public sealed class FailingQueueFunctions(Recorder recorder)
{
    [Function("Fails")]
    public void Fails([QueueTrigger("%Names%-fails")] string message)
    {
        recorder.Add(message);
        throw new InvalidOperationException(message);
    }

    [Function("Poco")]
    public void Poco([QueueTrigger("%Names%-fails-poco")] Order order) => recorder.Add(order);
}

public sealed class LongQueueFunctions(Recorder recorder)
{
    [Function("Long")]
    public async Task Long([QueueTrigger("%Names%-long")] string message, CancellationToken cancel)
    {
        recorder.Add(message);
        await ((TaskCompletionSource)recorder.Switches["hold"]).Task.WaitAsync(cancel);
        recorder.Add("done " + message);
    }
}

public sealed class QueueTests(AzuriteFixture azurite)
{
    private readonly string id = TestHost.NewId("queue");

    [Theory]
    [InlineData("text", "a <b> & é", "a <b> & é")]
    [InlineData("bytes", "bytes", "bytes")]
    [InlineData("data", "data", "data 1")]
    [InlineData("message", "m", "m1")]
    public async Task Message_Sent_ReachesTheFunctionInItsType(string queue, string sent, string seen)
    {
        await using var host = await StartAsync(typeof(QueueFunctions));
        await SendAsync(queue, sent);

        Assert.Equal(seen, await host.Recorder.NextAsync<string>());
    }

    [Fact]
    public async Task Message_OfJson_ReachesTheFunctionAsAnObject()
    {
        await using var host = await StartAsync(typeof(QueueFunctions));
        await SendAsync("poco", """{"id":"7","count":2}""");

        Assert.Equal(new Order("7", 2), await host.Recorder.NextAsync<Order>());
    }

    [Fact]
    public async Task Message_InBase64_IsDecodedWhenHostJsonSaysSo()
    {
        await using var host = await StartAsync(typeof(QueueFunctions), "--AzureFunctionsJobHost:extensions:queues:messageEncoding=base64");
        await SendAsync("text", Convert.ToBase64String("hello"u8));

        Assert.Equal("hello", await host.Recorder.NextAsync<string>());
    }

    [Fact]
    public async Task Message_NotInTheEncodingOfHostJson_GoesToThePoisonQueueAndBlocksNoOther()
    {
        await using var host = await StartAsync(typeof(QueueFunctions), "--AzureFunctionsJobHost:extensions:queues:messageEncoding=base64");
        await SendAsync("text", "not base64!");
        await SendAsync("text", Convert.ToBase64String("hello"u8));

        Assert.Equal("hello", await host.Recorder.NextAsync<string>());
        Assert.Equal("not base64!", Encoding.UTF8.GetString(Convert.FromBase64String(await ReceiveAsync("text-poison"))));
    }

    [Fact]
    public async Task Message_ThatAlwaysFails_GoesToThePoisonQueueAfterItsAttempts()
    {
        await using var host = await StartAsync(typeof(FailingQueueFunctions), "--AzureFunctionsJobHost:extensions:queues:maxDequeueCount=3");
        await SendAsync("fails", "bad");

        for (var attempt = 0; attempt < 3; attempt++) Assert.Equal("bad", await host.Recorder.NextAsync<string>());

        Assert.Equal("bad", await ReceiveAsync("fails-poison"));
        Assert.Equal(0, host.Recorder.Count);
    }

    [Fact]
    public async Task Message_ThatIsNotTheFunctionsType_GoesToThePoisonQueue()
    {
        await using var host = await StartAsync(typeof(FailingQueueFunctions), "--AzureFunctionsJobHost:extensions:queues:maxDequeueCount=2");
        await SendAsync("fails-poco", "{ not json");

        Assert.Equal("{ not json", await ReceiveAsync("fails-poco-poison"));
        Assert.Equal(0, host.Recorder.Count);
    }

    [Fact]
    public async Task Message_WorkedOnLongerThanItsLease_IsHandledOnce()
    {
        await using var host = await StartAsync(typeof(LongQueueFunctions), "--FunctionsHost:QueueLease=00:00:02");
        var hold = Hold(host);
        await SendAsync("long", "slow");
        // The storage's own clock: this one appears when two leases of the first would have ended.
        await Queue("long").SendMessageAsync("later", visibilityTimeout: TimeSpan.FromSeconds(5));

        Assert.Equal("slow", await host.Recorder.NextAsync<string>());
        Assert.Equal("later", await host.Recorder.NextAsync<string>());
        hold.SetResult();
        string[] done = [await host.Recorder.NextAsync<string>(), await host.Recorder.NextAsync<string>()];

        Assert.Equal(["done later", "done slow"], done.Order());
    }

    [Fact]
    public async Task Host_StoppedWhileAMessageIsWorkedOn_LetsItFinish()
    {
        var host = await StartAsync(typeof(LongQueueFunctions));
        var (hold, recorder) = (Hold(host), host.Recorder);
        await SendAsync("long", "slow");
        await recorder.NextAsync<string>();

        var stopping = host.DisposeAsync();
        hold.SetResult();
        await stopping;

        Assert.Equal("done slow", await recorder.NextAsync<string>());
        Assert.Equal(0, (await Queue("long").GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task Messages_OfTwoHosts_AreEachHandledOnce()
    {
        await using var one = await StartAsync(typeof(QueueFunctions));
        await using var two = await StartAsync(typeof(QueueFunctions));
        var sent = Enumerable.Range(0, 40).Select(number => $"m{number:D2}").ToList();

        await Task.WhenAll(sent.Select(message => SendAsync("text", message)));

        using var limit = new CancellationTokenSource(Patience.Limit);
        while (one.Recorder.Count + two.Recorder.Count < sent.Count) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        Assert.Equal(sent, one.Recorder.Drain<string>().Concat(two.Recorder.Drain<string>()).Order(StringComparer.Ordinal));
    }

    private static TaskCompletionSource Hold(TestHost host)
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Recorder.Switches["hold"] = hold;
        return hold;
    }

    private QueueClient Queue(string name) => new(
        azurite.ConnectionString, $"{id}-{name}", new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05));

    private async Task SendAsync(string name, string message)
    {
        var queue = Queue(name);
        await queue.CreateIfNotExistsAsync();
        await queue.SendMessageAsync(message);
    }

    private async Task<string> ReceiveAsync(string name)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        var queue = Queue(name);
        await queue.CreateIfNotExistsAsync(cancellationToken: limit.Token);
        while (true)
        {
            if ((await queue.ReceiveMessageAsync(cancellationToken: limit.Token)).Value is { } message) return message.MessageText;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    private Task<TestHost> StartAsync(Type functions, params string[] args) => TestHost.StartAsync(
        azurite.ConnectionString, id, TimeProvider.System, [functions],
        [$"--Names={id}", "--AzureFunctionsJobHost:extensions:queues:visibilityTimeout=00:00:00", .. args]);
}
