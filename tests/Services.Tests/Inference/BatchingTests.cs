using System.Net;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Registry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

public sealed class BatchingTests
{
    private static readonly BatchingPolicy Policy = new(4, TimeSpan.FromMilliseconds(5));

    [Fact]
    public async Task Requests_ThatFillABatch_AreAnsweredEachWithItsRows()
    {
        // The clock stands still: only a full batch runs.
        await using var serving = new Serving(new FakeTimeProvider());
        serving.Register("m", TinyOnnx.Columns(), policy: new() { Batching = Policy });
        var replies = await Task.WhenAll(Request(1.5f, 1, "a"), Request(2.5f, 2, "bb"), Request(3.5f, 3, ""), Request(4.5f, 4, "é"));
        Assert.Equal(["""[1.5]|[1]|["a"]""", """[2.5]|[2]|["bb"]""", """[3.5]|[3]|[""]""", """[4.5]|[4]|["é"]"""], replies);

        async Task<string> Request(float a, long n, string t)
        {
            var reply = await serving.InferAsync("m", $$"""
                {"inputs":[{"name":"a","shape":[1,1],"datatype":"FP32","data":[{{a.ToString(System.Globalization.CultureInfo.InvariantCulture)}}]},
                {"name":"n","shape":[1,1],"datatype":"INT64","data":[{{n}}]},{"name":"t","shape":[1,1],"datatype":"BYTES","data":["{{t}}"]}]}
                """);
            return string.Join("|", new[] { "p", "q", "r" }.Select(name => reply.Output(name).GetProperty("data").GetRawText()));
        }
    }

    [Fact]
    public async Task Requests_ThatFillNoBatch_RunWhenTheDelayIsOver()
    {
        var clock = new FakeTimeProvider();
        await using var serving = new Serving(clock);
        serving.Register("m", TinyOnnx.Plus(1), policy: new() { Batching = Policy });
        await serving.Get<Serverless.Services.Inference.ModelDirectory>().ReadyAsync("m", null, default);
        var (one, two) = (InferAsync(serving, "1"), InferAsync(serving, "2,3"));
        Assert.False(one.IsCompleted || two.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal("[2]", (await one).Output("y").GetProperty("data").GetRawText());
        Assert.Equal("[3,4]", (await two).Output("y").GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Requests_BesideABadOne_AreAnswered()
    {
        await using var serving = new Serving(new FakeTimeProvider());
        serving.Register("m", TinyOnnx.Lookup(), policy: new() { Batching = Policy });
        var replies = await Task.WhenAll(((string[])["0", "1", "9", "2"]).Select(index =>
            serving.InferAsync("m", $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[{{index}}]}]}""")));
        Assert.NotEqual(HttpStatusCode.OK, replies[2].Status);
        Assert.Equal(["[10]", "[20]", "[30]"], replies.Where(reply => reply.Status == HttpStatusCode.OK).Select(reply => reply.Output("y").GetProperty("data").GetRawText()));
    }

    [Fact]
    public async Task Requests_ForSomeOutputsOrOfMaps_GetTheirOwn()
    {
        await using var serving = new Serving(new FakeTimeProvider());
        serving.Register("m", TinyOnnx.ZipMap(text: true), policy: new() { Batching = new(2, TimeSpan.FromSeconds(1)) });
        var all = serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""");
        var some = serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[3,4]}],"outputs":[{"name":"y"}]}""");
        Assert.Equal("[2,1]", (await all).Output("y").GetProperty("data").GetRawText());
        Assert.Equal("[1,2]", (await all).Output("scores").GetProperty("data").GetRawText());
        Assert.Equal("[4,3]", (await some).Output("y").GetProperty("data").GetRawText());
        Assert.Equal(1, (await some).Json.GetProperty("outputs").GetArrayLength());
    }

    [Fact]
    public async Task Requests_OfManyCallers_GetTheirOwnAnswers()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(0.5f), policy: new() { Batching = new(8, TimeSpan.FromMilliseconds(1)) });
        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            for (var request = 0; request < 100; request++)
            {
                var value = worker * 1000 + request;
                Assert.Equal(value + 0.5f, (await InferAsync(serving, $"{value}")).Output("y").GetProperty("data")[0].GetSingle());
            }
        })));
    }

    private static Task<Reply> InferAsync(Serving serving, string data) => serving.InferAsync("m",
        $$"""{"inputs":[{"name":"x","shape":[{{data.Split(',').Length}},1],"datatype":"FP32","data":[{{data}}]}]}""");
}
