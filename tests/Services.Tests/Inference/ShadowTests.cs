using System.Net;
using Serverless.Core.Registry;
using Serverless.Services.Inference;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Inference.Shadows;
using Serverless.Services.Registry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

/// <summary>Versions that follow what another one has answered. Invocations stay open for them here, so that nothing has to be waited for.</summary>
public sealed class ShadowTests
{
    private const string One = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""";

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 40)]
    public async Task Shadow_OfAShare_FollowsThatMany(double share, long runs)
    {
        await using var serving = await ShadowedAsync(new TrafficShadow(2, share));
        for (var request = 0; request < 40; request++) Assert.Equal(2, Value(await serving.InferAsync("m", One)));
        Assert.Equal((runs, 0, 0, 0), Counted(serving));
    }

    [Fact]
    public async Task Shadows_OfAPart_AreThoseThatTheSplitNames()
    {
        await using var serving = await ShadowedAsync(new TrafficShadow(2, 0.5), new TrafficShadow(3, 0.5));
        var split = new TrafficSplit("s", TrafficKey.Caller, [], [new(2, 0.5), new(3, 0.5)]);
        string[] keys = [.. Enumerable.Range(0, 60).Select(number => $"key {number}")];
        foreach (var key in keys) await serving.InferAsync("m", System.Text.Encoding.UTF8.GetBytes(One), null, ("x-routing-key", key));
        Assert.Equal((keys.Sum(key => split.Shadows.Count(shadow => split.Follows(shadow, key))), 0, 0, 0), Counted(serving));
    }

    [Fact]
    public async Task Shadow_OfTheVersionThatAnswers_DoesNotRun()
    {
        await using var serving = await ShadowedAsync(new TrafficShadow(1, 1), new TrafficShadow(2, 1));
        await serving.InferAsync("m", One);
        Assert.Equal((1, 0, 0, 0), Counted(serving));
    }

    [Fact]
    public async Task Shadow_OfARequestThatNamesAVersion_DoesNotRun()
    {
        await using var serving = await ShadowedAsync(new TrafficShadow(2, 1));
        await serving.InferAsync("m", One, "1");
        Assert.Equal((0, 0, 0, 0), Counted(serving));
    }

    [Fact]
    public async Task Shadow_ThatFails_IsCountedAndTheNextOneRuns()
    {
        await using var serving = new Serving(settings: Open);
        serving.Register("m", TinyOnnx.Plus(1));
        serving.Register("m", TinyOnnx.Lookup());
        serving.Register("m", TinyOnnx.Plus(10));
        await serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[1]}]}""", "2");
        foreach (var version in (string[])["1", "3"]) await serving.InferAsync("m", One, version);
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [], [new(2, 1), new(3, 1)]) });
        for (var request = 0; request < 3; request++) Assert.Equal(2, Value(await serving.InferAsync("m", One)));
        Assert.Equal((6, 3, 0, 0), Counted(serving));
    }

    [Fact]
    public async Task Shadow_ThatIsNotLoaded_IsDroppedAndLoads()
    {
        await using var serving = new Serving(settings: Open);
        serving.Register("m", TinyOnnx.Plus(1));
        var second = serving.Register("m", TinyOnnx.Plus(10));
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [], [new(2, 1)]) });
        await serving.InferAsync("m", One);
        Assert.Equal((0, 0, 1, 1), Counted(serving));
        (await serving.Get<SessionCache>().EnterAsync(second, new(second.Artifact, new()), default)).Leave();
        await serving.InferAsync("m", One);
        Assert.Equal((1, 0, 1, 1), Counted(serving));
    }

    [Fact]
    public async Task Shadow_ThatOutlivesTheTimeLimit_IsStopped()
    {
        await using var serving = new Serving(settings: Open);
        var policy = new ServingPolicy { Timeout = TimeSpan.FromSeconds(10) };
        serving.Register("m", TinyOnnx.Powers(1), policy: policy);
        // More than a minute of work for this matrix, on any machine.
        serving.Register("m", TinyOnnx.Powers(20_000), policy: policy);
        await serving.InferAsync("m", LimitsTests.Matrix(1));
        var second = (await serving.Get<ModelSnapshots>().GetAsync(ModelName.Parse("m"), default))!.Versions[2];
        (await serving.Get<SessionCache>().EnterAsync(second, new(second.Artifact, new()), default)).Leave();
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [], [new(2, 1)]) });
        Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("m", LimitsTests.Matrix(700))).Status);
        Assert.Equal((1, 1, 0, 0), Counted(serving));
        // Its turn is free again; the next one has all the time that a starved machine takes.
        serving.Change("m", old => old with { Policy = old.Policy with { Serving = policy with { Timeout = Patience.Limit } } });
        Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("m", LimitsTests.Matrix(2))).Status);
        Assert.Equal((2, 1, 0, 0), Counted(serving));
    }

    [Fact]
    public async Task Shadows_BeyondTheQueue_AreDroppedAndEveryCallerIsAnswered()
    {
        await using var serving = new Serving(settings: new() { ["Inference:ShadowRequests"] = "2" });
        serving.Register("m", TinyOnnx.Powers(1));
        var second = serving.Register("m", TinyOnnx.Powers(2_000));
        await serving.InferAsync("m", LimitsTests.Matrix(1));
        (await serving.Get<SessionCache>().EnterAsync(second, new(second.Artifact, new()), default)).Leave();
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [], [new(2, 1)]) });
        for (var request = 0; request < 50; request++) Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("m", LimitsTests.Matrix(100))).Status);
        var shadows = serving.Get<ShadowCounters>().Snapshot();
        Assert.InRange(shadows.Dropped.Full, 1, 50);
        Assert.Equal(50, shadows.Queued + shadows.Run + shadows.Dropped.Full);
        await serving.Get<ShadowQueue>().StopAsync(default);
        shadows = serving.Get<ShadowCounters>().Snapshot();
        Assert.Equal((0, 0, 50), (shadows.Queued, shadows.QueuedBytes, shadows.Run + shadows.Dropped.Full + shadows.Dropped.Shutdown));
    }

    [Fact]
    public async Task Shadows_BeyondTheMemory_AreDropped()
    {
        await using var serving = await ShadowedAsync(new Dictionary<string, string?>(Open) { ["Inference:ShadowBytes"] = "0" }, new TrafficShadow(2, 1));
        Assert.Equal(2, Value(await serving.InferAsync("m", One)));
        Assert.Equal((0, 0, 1, 0), Counted(serving));
        Assert.Equal(0, serving.Get<ShadowCounters>().Snapshot().QueuedBytes);
    }

    [Fact]
    public async Task Shadow_WhileCallersTakeEveryTurn_IsDropped()
    {
        await using var serving = await ShadowedAsync(new TrafficShadow(2, 1));
        var version = (await serving.Get<ModelRouter>().FindAsync("m", default)).TryGet(2)!;
        var call = serving.Get<CallPool>().Rent(await serving.Get<ModelRouter>().RouteAsync("m", "1", default), 0);
        while (version.Gate.TryEnter())
        {
        }
        serving.Get<ShadowRunner>().Run(new(call, default, [version], 0, 0), version, default);
        Assert.Equal((0, 1), (serving.Get<ShadowCounters>().Snapshot().Run, serving.Get<ShadowCounters>().Snapshot().Dropped.Busy));
    }

    [Fact]
    public async Task Shadow_OfManyRequestsAtOnce_LeavesTheirAnswersAlone()
    {
        await using var serving = await ShadowedAsync(new TrafficShadow(2, 1), new TrafficShadow(3, 1));
        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(async () =>
            (number, Value(await serving.InferAsync("m", $$"""{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[{{number}}]}]}"""))))));
        Assert.All(replies, reply => Assert.Equal(reply.number + 1, reply.Item2));
        var shadows = serving.Get<ShadowCounters>().Snapshot();
        Assert.Equal((400, 0), (shadows.Run + shadows.Dropped.Full + shadows.Dropped.Busy, shadows.Failed));
    }

    private static Dictionary<string, string?> Open => new() { ["Inference:ShadowHoldsInvocation"] = "true", ["Inference:ShadowPatience"] = "00:02:00" };

    private static Task<Serving> ShadowedAsync(params TrafficShadow[] shadows) => ShadowedAsync(Open, shadows);

    private static async Task<Serving> ShadowedAsync(Dictionary<string, string?> settings, params TrafficShadow[] shadows)
    {
        var serving = new Serving(settings: settings);
        foreach (var constant in (float[])[1, 10, 100]) serving.Register("m", TinyOnnx.Plus(constant));
        foreach (var version in (string[])["1", "2", "3"]) await serving.InferAsync("m", One, version);
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [], shadows) });
        return serving;
    }

    private static (long Run, long Failed, long Dropped, long Loading) Counted(Serving serving)
    {
        var now = serving.Get<ShadowCounters>().Snapshot();
        var lost = now.Dropped;
        Assert.Equal(0, now.Queued);
        return (now.Run, now.Failed, lost.Full + lost.Busy + lost.Loading + lost.Log + lost.Shutdown, lost.Loading);
    }

    private static float Value(Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        return reply.Output("y").GetProperty("data")[0].GetSingle();
    }
}
