using System.Collections.Concurrent;
using System.Diagnostics;
using Serverless.Services.Predictions;
using Serverless.Services.Tests.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Telemetry;

/// <summary>Which span a block of the log belongs to.</summary>
public sealed class LogTracingTests : IDisposable
{
    private readonly AzuriteFixture azurite;
    private readonly ConcurrentQueue<Activity> stopped = new();
    private readonly ActivitySource callers = new("test.callers");
    private readonly ActivityListener listener;

    public LogTracingTests(AzuriteFixture azurite)
    {
        this.azurite = azurite;
        listener = new()
        {
            ShouldListenTo = source => source.Name is LogTracing.Name or "test.callers",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public void Dispose()
    {
        listener.Dispose();
        callers.Dispose();
    }

    [Fact]
    public async Task Block_OfManyRequests_IsATraceOfItsOwnThatLinksToTheirs()
    {
        await using var rig = new LogRig(azurite.ConnectionString) { Policy = new() { FlushAfter = TimeSpan.FromHours(1) } };
        var log = rig.Log();
        var requests = new List<Activity>();
        for (var number = 0; number < 3; number++) requests.Add(await WriteAsync(rig, log));
        await rig.WriteAsync(log);
        await log.FlushAsync(default);
        var block = Assert.Single(Blocks(rig));
        Assert.Equal(default, block.ParentSpanId);
        Assert.DoesNotContain(requests, request => request.TraceId == block.TraceId);
        Assert.Equal(requests.Select(request => request.Context.SpanId), block.Links.Select(link => link.Context.SpanId));
        Assert.Equal(requests.Select(request => request.Context.TraceId), block.Links.Select(link => link.Context.TraceId));
        Assert.Equal(4, block.GetTagItem("mlops.log.rows"));
    }

    [Fact]
    public async Task Block_OfOneTracedRequest_IsInItsTrace()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        var request = await WriteAsync(rig, log);
        await log.FlushAsync(default);
        var block = Assert.Single(Blocks(rig));
        Assert.Equal((request.TraceId, request.SpanId), (block.TraceId, block.ParentSpanId));
        Assert.Empty(block.Links);
    }

    [Fact]
    public async Task Block_OfRequestsThatNobodyTraces_HasNoSpan()
    {
        await using var rig = new LogRig(azurite.ConnectionString);
        var log = rig.Log();
        await rig.WriteAsync(log);
        await log.FlushAsync(default);
        Assert.Empty(Blocks(rig));
    }

    private async Task<Activity> WriteAsync(LogRig rig, PredictionLog log)
    {
        using var request = callers.StartActivity("request", ActivityKind.Server, default(ActivityContext))!;
        await rig.WriteAsync(log);
        return request;
    }

    private Activity[] Blocks(LogRig rig) => [.. stopped.Where(span => span.GetTagItem("mlops.model.name") as string == rig.Model.Value)];
}
