using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Serverless.App.Tests.Monitoring;

/// <summary>A receiver of webhooks.</summary>
internal sealed class Hook : IAsyncDisposable
{
    private readonly WebApplication web;

    private Hook(WebApplication web) => this.web = web;

    public string Address => web.Urls.First();

    public ConcurrentQueue<(string Id, string Signature, string Timestamp, byte[] Body)> Calls { get; } = new();

    /// <summary>So many times it answers 500.</summary>
    public int Failures { get; set; }

    /// <summary>Takes the request and never answers.</summary>
    public bool Hangs { get; set; }

    public static async Task<Hook> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        var hook = new Hook(web);
        web.MapPost("/", hook.TakeAsync);
        await web.StartAsync();
        return hook;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        var body = await BinaryData.FromStreamAsync(context.Request.Body);
        Calls.Enqueue((context.Request.Headers["webhook-id"].ToString(), context.Request.Headers["webhook-signature"].ToString(), context.Request.Headers["webhook-timestamp"].ToString(), body.ToArray()));
        if (Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Response.StatusCode = Failures-- > 0 ? 500 : 200;
    }
}
