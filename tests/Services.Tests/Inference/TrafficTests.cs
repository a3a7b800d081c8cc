using System.Globalization;
using System.Net;
using System.Text;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Sessions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

/// <summary>Who answers requests that name no version, while a model's traffic is split.</summary>
public sealed class TrafficTests
{
    private const string One = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""";
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Theory]
    [InlineData(0, "champion", "1", 2)]
    [InlineData(1, "challenger", "2", 11)]
    public async Task Infer_UnderAShareOfNoneOrAll_IsAnsweredByOne(double share, string variant, string version, float value)
    {
        await using var serving = await SplitAsync(new("s", TrafficKey.Caller, [new("challenger", 2, share)], []));
        foreach (var key in Enumerable.Range(0, 20)) Assert.Equal((variant, version, value), Answer(await AskAsync(serving, Key(key))));
        Assert.Equal((variant, version, value), Answer(await AskAsync(serving)));
    }

    [Fact]
    public async Task Infer_OfACallersKey_GoesWhereTheSplitSays_WhicheverWayItCame()
    {
        var split = new TrafficSplit("s", TrafficKey.Caller, [new("challenger", 2, 0.5)], []);
        await using var serving = await SplitAsync(split);
        var chosen = new HashSet<string>();
        foreach (var key in Enumerable.Range(0, 40).Select(Key))
        {
            var wanted = split.Choose(key)?.Variant ?? "champion";
            chosen.Add(wanted);
            Assert.Equal(wanted, Variant(await AskAsync(serving, key)));
            Assert.Equal(wanted, Variant(await AskAsync(serving, key)));
            var inBody = One.Replace("{\"inputs\"", $"{{\"parameters\":{{\"key\":\"{key}\"}},\"inputs\"", StringComparison.Ordinal);
            Assert.Equal(wanted, Variant(await AskAsync(serving, "another", inBody)));
        }
        Assert.Equal(2, chosen.Count);
    }

    [Fact]
    public async Task Infer_WithoutAKey_GoesByItsTrace_AndWithoutThatByItsId()
    {
        var split = new TrafficSplit("s", TrafficKey.Caller, [new("challenger", 2, 0.5)], []);
        await using var serving = await SplitAsync(split);
        Assert.Equal(split.Choose(Trace[3..35])?.Variant ?? "champion", Variant(await SendAsync(serving, ("traceparent", Trace))));
        foreach (var _ in Enumerable.Range(0, 30))
            await AssertByIdAsync(serving, split);
        serving.Change("m", old => old with { Traffic = split = split with { Key = TrafficKey.Request } });
        foreach (var _ in Enumerable.Range(0, 10))
            await AssertByIdAsync(serving, split, ("x-routing-key", "ignored"), ("traceparent", Trace));
        serving.Change("m", old => old with { Traffic = split = split with { Key = TrafficKey.Trace } });
        Assert.Equal(split.Choose(Trace[3..35])?.Variant ?? "champion", Variant(await SendAsync(serving, ("x-routing-key", "ignored"), ("traceparent", Trace))));
    }

    [Fact]
    public async Task Infer_ThatNamesAVersion_IsNoPartOfTheSplit()
    {
        await using var serving = await SplitAsync(new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []));
        var reply = await serving.InferAsync("m", One, "1");
        Assert.Equal("1", reply.Headers["x-model-version"]);
        Assert.False(reply.Headers.ContainsKey("x-model-variant"));
    }

    [Fact]
    public async Task Infer_WithoutASplit_NamesNoVariant()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        Assert.False((await serving.InferAsync("m", One)).Headers.ContainsKey("x-model-variant"));
    }

    [Fact]
    public async Task Infer_WhileTheArmLoads_IsAnsweredByTheChampion()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        var loading = new TaskCompletionSource();
        var second = serving.Register("m", TinyOnnx.Plus(10));
        serving.Fetching = digest => digest == second.Artifact ? loading.Task : Task.CompletedTask;
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []) });
        foreach (var _ in Enumerable.Range(0, 5)) Assert.Equal(("champion", "1", 2), Answer(await serving.InferAsync("m", One)));
        loading.SetResult();
        (await serving.Get<SessionCache>().EnterAsync(second, new(second.Artifact, new()), default)).Leave();
        Assert.Equal(("challenger", "2", 11), Answer(await serving.InferAsync("m", One)));
    }

    [Fact]
    public async Task Infer_WhenTheArmDoesNotLoad_IsAnsweredByTheChampion()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        var second = serving.Register("m", TinyOnnx.Plus(10));
        serving.Fetching = digest => digest == second.Artifact ? throw new IOException("away") : Task.CompletedTask;
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []) });
        foreach (var _ in Enumerable.Range(0, 20)) Assert.Equal(("champion", "1", 2), Answer(await serving.InferAsync("m", One)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_WhenTheArmIsArchivedOrGone_IsAnsweredByTheChampion(bool archived)
    {
        await using var serving = await SplitAsync(new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []));
        serving.Change("m", old => old with { Versions = archived ? old.Versions.SetItem(2, old.Versions[2] with { Archived = true }) : old.Versions.Remove(2) });
        Assert.Equal(("champion", "1", 2), Answer(await serving.InferAsync("m", One)));
    }

    [Fact]
    public async Task Infer_OfAnArmThatIsTheChampionByNow_IsAnsweredByIt()
    {
        var split = new TrafficSplit("s", TrafficKey.Caller, [new("challenger", 2, 1)], []);
        await using var serving = await SplitAsync(split);
        serving.Promote("m", 2);
        serving.Change("m", old => old with { Traffic = split });
        Assert.Equal(("challenger", "2", 11), Answer(await serving.InferAsync("m", One)));
    }

    [Fact]
    public async Task Predict_ByAnArmWithItsFeaturesInAnotherOrder_IsReadInThatOrder()
    {
        await using var serving = new Serving();
        var row = """{"rows":[{"a":1,"b":2}]}""";
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1, 2), features: ["a", "b"]);
        serving.Register("m", TinyOnnx.Identity(ElementType.Float, -1, 2), features: ["b", "a"]);
        await serving.PredictAsync("m", row);
        await serving.PredictAsync("m", row, "?version=2");
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []) });
        var reply = await serving.PredictAsync("m", row);
        Assert.Equal("challenger", Variant(reply));
        Assert.Equal([2.0, 1.0], reply.Json.GetProperty("predictions")[0].GetProperty("outputs").GetProperty("y").EnumerateArray().Select(value => value.GetDouble()));
    }

    [Fact]
    public async Task Infer_ByAnArmThatTakesSomethingElse_IsAnsweredByTheChampion()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        serving.Register("m", TinyOnnx.Lookup());
        await serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[1]}]}""", "2");
        await serving.InferAsync("m", One);
        serving.Change("m", old => old with { Traffic = new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []) });
        for (var time = 0; time < 3; time++) Assert.Equal(("champion", "1", 2), Answer(await serving.InferAsync("m", One)));
    }

    [Fact]
    public async Task Infer_OfNamedOutputsOfAnArm_IsAnsweredByIt()
    {
        await using var serving = await SplitAsync(new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []));
        Assert.Equal(("challenger", "2", 11), Answer(await serving.InferAsync("m", One[..^1] + ""","outputs":[{"name":"y"}]}""")));
    }

    [Fact]
    public async Task Split_SetChangedAndEndedUnderLoad_FailsNoRequestAndMixesNone()
    {
        await using var serving = await SplitAsync(new("s", TrafficKey.Caller, [new("challenger", 2, 0.5)], []));
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
        {
            var seen = new HashSet<(string, string, float)>();
            for (var number = 0; !stop.IsCancellationRequested; number++) seen.Add(Answer(await AskAsync(serving, Key(number))));
            return seen;
        })).ToArray();
        for (var change = 0; change < 60; change++)
        {
            TrafficSplit? next = (change % 3) switch { 0 => null, 1 => new("s", TrafficKey.Caller, [new("challenger", 2, 1)], []), _ => new("s", TrafficKey.Caller, [new("challenger", 2, 0.5)], []) };
            serving.Change("m", old => old with { Traffic = next });
            await Task.WhenAll(Enumerable.Range(0, 5).Select(number => AskAsync(serving, Key(number))));
        }
        await stop.CancelAsync();
        Assert.All((await Task.WhenAll(load)).SelectMany(seen => seen), answer => Assert.True(answer is ("champion", "1", 2) or ("challenger", "2", 11) or ("", "1", 2)));
    }

    private static async Task AssertByIdAsync(Serving serving, TrafficSplit split, params (string, string)[] headers)
    {
        var reply = await SendAsync(serving, headers);
        Assert.Equal(split.Choose(reply.Headers["x-prediction-id"].ToString())?.Variant ?? "champion", Variant(reply));
    }

    private static async Task<Serving> SplitAsync(TrafficSplit split)
    {
        var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        serving.Register("m", TinyOnnx.Plus(10));
        foreach (var version in (string[])["1", "2"]) await serving.InferAsync("m", One, version);
        serving.Change("m", old => old with { Traffic = split });
        return serving;
    }

    private static Task<Reply> AskAsync(Serving serving, string? key = null, string body = One) =>
        serving.InferAsync("m", Encoding.UTF8.GetBytes(body), null, key is null ? [] : [("x-routing-key", key)]);

    private static Task<Reply> SendAsync(Serving serving, params (string, string)[] headers) => serving.InferAsync("m", Encoding.UTF8.GetBytes(One), null, headers);

    private static string Key(int number) => "customer-" + number.ToString(CultureInfo.InvariantCulture);

    private static string Variant(Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        return reply.Headers["x-model-variant"].ToString();
    }

    private static (string Variant, string Version, float Value) Answer(Reply reply) =>
        (Variant(reply), reply.Headers["x-model-version"].ToString(), reply.Output("y").GetProperty("data")[0].GetSingle());
}
