using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Serverless.Services.Tests.Monitoring.Alerts;

/// <summary>What somebody has sent.</summary>
internal sealed record Call(string Path, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Id => Headers["webhook-id"];
}

/// <summary>A real HTTP endpoint: a topic and receivers of webhooks.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication web;

    private Receiver(WebApplication web) => this.web = web;

    public string Address => web.Urls.Single();

    public ConcurrentQueue<CloudEvent> Events { get; } = new();

    public ConcurrentQueue<Call> Calls { get; } = new();

    public bool TopicIsAway { get; set; }

    /// <summary>What the receivers answer, in turn; then 200.</summary>
    public ConcurrentQueue<int> Answers { get; } = new();

    /// <summary>Answers 302 with this address.</summary>
    public string? RedirectTo { get; set; }

    /// <summary>When set, receivers never answer.</summary>
    public bool Hangs { get; set; }

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var web = builder.Build();
        web.Urls.Add("http://127.0.0.1:0");
        var receiver = new Receiver(web);
        web.MapPost("/events", receiver.TakeEventsAsync);
        web.MapFallback(receiver.TakeAsync);
        await web.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private async Task TakeEventsAsync(HttpContext context)
    {
        var body = await BinaryData.FromStreamAsync(context.Request.Body);
        context.Response.StatusCode = TopicIsAway ? 400 : 200;
        if (TopicIsAway) return;
        foreach (var one in CloudEvent.ParseMany(body)) Events.Enqueue(one);
    }

    private async Task TakeAsync(HttpContext context)
    {
        var body = await BinaryData.FromStreamAsync(context.Request.Body);
        Calls.Enqueue(new(context.Request.Path, body.ToArray(), context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString())));
        if (Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Response.StatusCode = RedirectTo is not null ? 302 : Answers.TryDequeue(out var status) ? status : 200;
        if (RedirectTo is { } target) context.Response.Headers.Location = target;
    }
}
