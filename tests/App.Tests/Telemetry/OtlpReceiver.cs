using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Serverless.App.Tests.Faults;

namespace Serverless.App.Tests.Telemetry;

/// <summary>A collector that takes OTLP over HTTP, or takes it and never answers.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly bool hangs;
    private int requests;

    private OtlpReceiver(bool hangs)
    {
        this.hangs = hangs;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        web = builder.Build();
        web.MapPost("/v1/traces", context => TakeAsync(context, body => Add(Spans, OtlpSpan.Read(body))));
        web.MapPost("/v1/metrics", context => TakeAsync(context, body => Add(Metrics, Leaves(body, field => field.Fields.First(name => name.Number == 1).Text))));
        web.MapPost("/v1/logs", context => TakeAsync(context, body => Add(Logs, Leaves(body, Text))));
    }

    public ConcurrentQueue<OtlpSpan> Spans { get; } = new();

    /// <summary>Names of instruments.</summary>
    public ConcurrentQueue<string> Metrics { get; } = new();

    /// <summary>Messages of log records with all that they carry.</summary>
    public ConcurrentQueue<string> Logs { get; } = new();

    /// <summary>How many exports came.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Has an application export to it, soon.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", web.Urls.First()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("OTEL_BLRP_SCHEDULE_DELAY", "100"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
    ];

    public static async Task<OtlpReceiver> StartAsync(bool hangs = false)
    {
        var receiver = new OtlpReceiver(hangs);
        await receiver.web.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>A trace's spans, once they are what is waited for.</summary>
    public async Task<OtlpSpan[]> TraceAsync(string trace, string what, Func<OtlpSpan[], bool> complete)
    {
        OtlpSpan[] spans = [];
        try
        {
            await SuiteCalls.UntilAsync(what, () => Task.FromResult(complete(spans = [.. Spans.Where(span => span.Trace == trace)])));
        }
        catch (Exception) when (Told(spans))
        {
        }
        return spans;
    }

    public async ValueTask DisposeAsync()
    {
        // What hangs is cut off.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await web.StopAsync(now.Token);
        await web.DisposeAsync();
    }

    private static bool Told(OtlpSpan[] spans)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', spans.Select(span => $"{span.Parent} {span.Id} {span.Source}: {span.Name}")));
        return false;
    }

    private static void Add<T>(ConcurrentQueue<T> queue, IEnumerable<T> items)
    {
        foreach (var item in items) queue.Enqueue(item);
    }

    // Metrics and log records lie as spans do: in a resource, in a scope.
    private static IEnumerable<string> Leaves(ReadOnlyMemory<byte> request, Func<ProtoField, string> read) =>
        ProtoField.Of(request).Where(field => field.Number == 1).SelectMany(resource => resource.Fields).Where(field => field.Number == 2)
            .SelectMany(scope => scope.Fields).Where(field => field.Number == 2).Select(read);

    private static string Text(ProtoField record) => string.Join(' ', record.Fields.Select(field => field.Number switch
    {
        5 => OtlpSpan.Value(field),
        6 => $"{field.Fields.First(name => name.Number == 1).Text}={OtlpSpan.Value(field.Fields.First(value => value.Number == 2))}",
        9 => field.Hex,
        _ => "",
    }));

    private async Task TakeAsync(HttpContext context, Action<ReadOnlyMemory<byte>> read)
    {
        Interlocked.Increment(ref requests);
        var body = await BinaryData.FromStreamAsync(context.Request.Body, context.RequestAborted);
        if (hangs) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        read(body.ToMemory());
        context.Response.ContentType = "application/x-protobuf";
    }
}
