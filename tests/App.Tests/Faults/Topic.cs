using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Serverless.App.Tests.Faults;

/// <summary>A topic that takes events, refuses them, or never answers.</summary>
internal sealed class Topic : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Manner manner;
    private int requests;

    private Topic(Manner first)
    {
        manner = first;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        web = builder.Build();
        web.MapPost("/api/events", TakeAsync);
    }

    internal enum Manner { Accept, Refuse, Hang }

    /// <summary>What has arrived, once or more often: ids.</summary>
    public ConcurrentDictionary<Guid, int> Arrived { get; } = new();

    /// <summary>The events that have arrived, whole.</summary>
    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>How many requests came.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Ends with the first request.</summary>
    public Task Asked => asked.Task;

    public (string Name, string Value)[] Settings =>
        [("EventGrid:TopicEndpoint", $"{web.Urls.First()}/api/events"), ("EventGrid:TopicKey", "a key")];

    public static async Task<Topic> StartAsync(Manner manner)
    {
        var topic = new Topic(manner);
        await topic.web.StartAsync(TestContext.Current.CancellationToken);
        return topic;
    }

    public void Become(Manner next) => manner = next;

    public async ValueTask DisposeAsync() => await web.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        asked.TrySetResult();
        var now = manner;
        if (now == Manner.Hang) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        if (now != Manner.Accept)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using var events = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        foreach (var one in events.RootElement.EnumerateArray())
        {
            Events.Enqueue(one.GetRawText());
            Arrived.AddOrUpdate(one.GetProperty("id").GetGuid(), 1, (_, times) => times + 1);
        }
    }
}
