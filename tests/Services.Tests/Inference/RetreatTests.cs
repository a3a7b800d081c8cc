using System.Net;
using System.Text;
using Serverless.Core.Registry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

/// <summary>Versions that answer a share of the callers and fail: the champion answers for them, and says so.</summary>
public sealed class RetreatTests
{
    private const string One = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""";
    private const string Five = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[5]}]}""";
    private const string Seven = """{"inputs":[{"name":"x","shape":[7,1],"datatype":"FP32","data":[1,1,1,1,1,1,1]}]}""";

    [Fact]
    public async Task Infer_WhatTheArmFails_IsAnsweredByTheChampion_WhichSaysSo()
    {
        await using var serving = await SplitAsync(TinyOnnx.Plus(1), TinyOnnx.Seven());
        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(("champion", "1", 2, "arm-fails"), Answer(await serving.InferAsync("m", One)));
            Assert.Equal(("challenger", "2", 1, null), Answer(await serving.InferAsync("m", Seven)));
        }
    }

    [Fact]
    public async Task Infer_WhatTheArmRefuses_WhileItRuns_IsAnsweredByTheChampion()
    {
        await using var serving = await SplitAsync(TinyOnnx.Plus(1), TinyOnnx.Table(10, 20, 30));
        Assert.Equal(("challenger", "2", 20, null), Answer(await serving.InferAsync("m", One)));
        Assert.Equal(("champion", "1", 6, "arm-fails"), Answer(await serving.InferAsync("m", Five)));
    }

    [Fact]
    public async Task Infer_WhatBothRefuse_IsRefusedInTheChampionsName()
    {
        await using var serving = await SplitAsync(TinyOnnx.Table(1, 2), TinyOnnx.Table(10, 20, 30));
        var alone = await serving.InferAsync("m", Five, "1");
        var reply = await serving.InferAsync("m", Five);
        Assert.Equal((alone.Status, alone.Json.GetProperty("error").GetString()), (reply.Status, reply.Json.GetProperty("error").GetString()));
        Assert.False(reply.Headers.ContainsKey("x-model-route"));
    }

    [Fact]
    public async Task Infer_OfNamedOutputs_IsReadAnewForTheChampion()
    {
        await using var serving = await SplitAsync(TinyOnnx.Plus(1), TinyOnnx.Seven());
        Assert.Equal(("champion", "1", 2, "arm-fails"), Answer(await serving.InferAsync("m", One[..^1] + ""","outputs":[{"name":"y"}]}""")));
    }

    [Fact]
    public async Task Predict_ByAnArmWithItsFeaturesInAnotherOrder_IsReadAnewForTheChampion()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1, 2), features: ["a", "b"]);
        serving.Register("m", TinyOnnx.Pairs(7), features: ["b", "a"]);
        var row = """{"rows":[{"a":1,"b":2}]}""";
        await serving.PredictAsync("m", row);
        await serving.PredictAsync("m", row, "?version=2");
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []) });
        var reply = await serving.PredictAsync("m", row);
        Assert.Equal((HttpStatusCode.OK, "champion", "arm-fails"), (reply.Status, reply.Headers["x-model-variant"].ToString(), reply.Headers["x-model-route"].ToString()));
        Assert.Equal([1.0, 2.0], reply.Json.GetProperty("predictions")[0].GetProperty("outputs").GetProperty("y").EnumerateArray().Select(value => value.GetDouble()));
    }

    [Fact]
    public async Task Infer_OfRequestsThatRunTogether_IsAnsweredByTheChampionEachByItself()
    {
        await using var serving = await SplitAsync(TinyOnnx.Plus(1), TinyOnnx.Table(10, 20, 30), new() { Batching = new(8, TimeSpan.FromMilliseconds(20)) });
        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => serving.InferAsync("m", number % 2 == 0 ? One : Five)));
        Assert.All(replies.Index(), reply => Assert.Equal(reply.Index % 2 == 0 ? ("challenger", "2", 20, null) : ("champion", "1", 6, "arm-fails"), Answer(reply.Item)));
    }

    [Fact]
    public async Task Infer_OfAVersionThatIsNamed_FailsAsThatVersionDoes()
    {
        await using var serving = await SplitAsync(TinyOnnx.Plus(1), TinyOnnx.Seven());
        Assert.Equal(HttpStatusCode.InternalServerError, (await serving.InferAsync("m", One, "2")).Status);
    }

    [Fact]
    public async Task Infer_WithoutAChampionThatMayAnswer_FailsAsTheArmDoes()
    {
        await using var serving = await SplitAsync(TinyOnnx.Seven(), TinyOnnx.Seven());
        Assert.Equal(HttpStatusCode.InternalServerError, (await serving.InferAsync("m", One)).Status);
    }

    private static async Task<Serving> SplitAsync(byte[] champion, byte[] challenger, ServingPolicy? policy = null)
    {
        var serving = new Serving();
        serving.Register("m", champion, policy: policy);
        serving.Register("m", challenger, policy: policy);
        foreach (var version in (string[])["1", "2"]) await serving.InferAsync("m", One, version);
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []) });
        return serving;
    }

    private static (string Variant, string Version, float Value, string? Route) Answer(Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, Encoding.UTF8.GetString(reply.Body));
        return (reply.Headers["x-model-variant"].ToString(), reply.Headers["x-model-version"].ToString(), reply.Output("y").GetProperty("data")[0].GetSingle(),
            reply.Headers.TryGetValue("x-model-route", out var route) ? route.ToString() : null);
    }
}
