using System.Diagnostics;
using System.Net;
using System.Text;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

public sealed class LimitsTests
{
    private const string One = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""";

    [Fact]
    public async Task Infer_OfABodyBeyondTheLimit_Is413()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1), policy: new() { MaxBodyBytes = One.Length });
        Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("m", One)).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await serving.InferAsync("m", One + " ")).Status);
    }

    [Fact]
    public async Task Infer_OfAnEndlessBodyWithoutALength_Is413AndReadsNoFurther()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1), policy: new() { MaxBodyBytes = 100_000 });
        var endless = new Endless();
        var reply = await serving.SendAsync((service, request) =>
        {
            request.ContentLength = null;
            request.Body = endless;
            return service.InferAsync(request, "m", null, default);
        }, [], "");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.Status);
        Assert.InRange(endless.Given, 100_000, 300_000);
    }

    [Fact]
    public async Task Infer_OfADecompressionBomb_Is413()
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1), policy: new() { MaxBodyBytes = 1 << 20 });
        var bomb = OpenInferenceTests.Gzip(new byte[64 << 20]);
        Assert.InRange(bomb.Length, 1, 1 << 20);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await serving.InferAsync("m", bomb, null, ("Content-Encoding", "gzip"))).Status);
    }

    [Theory]
    [InlineData("Content-Encoding", "br", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("Content-Encoding", "gzip, gzip", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("Content-Encoding", "gzip", HttpStatusCode.BadRequest)]
    [InlineData("Content-Encoding", "deflate", HttpStatusCode.BadRequest)]
    [InlineData("Content-Encoding", "identity", HttpStatusCode.OK)]
    [InlineData("Content-Type", "text/csv", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("Content-Type", "multipart/form-data; boundary=x", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("Content-Type", "application/json; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("Content-Type", "application/octet-stream", HttpStatusCode.OK)]
    public async Task Infer_OfAHeader_IsAnsweredWith(string name, string value, HttpStatusCode status)
    {
        await using var serving = new Serving();
        serving.Register("m", TinyOnnx.Plus(1));
        Assert.Equal(status, (await serving.InferAsync("m", Encoding.UTF8.GetBytes(One), null, (name, value))).Status);
    }

    [Fact]
    public async Task EveryProtocol_OfTooManyRows_Is413()
    {
        await using var serving = new Serving(settings: new() { ["Inference:MaxRows"] = "2" });
        serving.Register("m", TinyOnnx.Plus(1));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await serving.InferAsync("m", """{"inputs":[{"name":"x","shape":[3,1],"datatype":"FP32","data":[1,2,3]}]}""")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await serving.PredictAsync("m", """{"rows":[{"x":1},{"x":1},{"x":1}]}""")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await serving.PredictV1Async("m", """{"instances":[1,2,3]}""")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await serving.InvokeAsync("m", "x\n1\n2\n3\n", ("Content-Type", "text/csv"))).Status);
    }

    [Fact]
    public async Task Infer_BeyondItsTime_Is504AtOnceAndTheRunStops()
    {
        await using var serving = new Serving();
        serving.Register("slow", TinyOnnx.Powers(20_000), policy: new() { Timeout = TimeSpan.FromMilliseconds(300), MaxConcurrency = 1 });
        await serving.InferAsync("slow", Matrix(1));
        var clock = Stopwatch.StartNew();
        var reply = await serving.InferAsync("slow", Matrix(300));
        Assert.Equal(HttpStatusCode.GatewayTimeout, reply.Status);
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(250), Patience.Limit);
        // The turn is free again as soon as ONNX Runtime has stopped, long before the whole run would have ended.
        while ((await serving.InferAsync("slow", Matrix(1))).Status != HttpStatusCode.OK) Assert.InRange(clock.Elapsed, TimeSpan.Zero, Patience.Limit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Infer_OnTheEdgeOfItsTime_AnswersRightlyOrNotAtAll(bool batching)
    {
        // Every run leaves the request's thread, and about as many end in time as do not: buffers change hands all the time.
        await using var serving = new Serving(settings: new() { ["Inference:InlineRun"] = "00:00:00" });
        serving.Register("m", TinyOnnx.Plus(0.5f), policy: new()
        {
            Timeout = TimeSpan.FromMilliseconds(1), MaxConcurrency = 2, Batching = batching ? new(4, TimeSpan.FromMilliseconds(1)) : null,
        });
        await serving.Get<Serverless.Services.Inference.ModelDirectory>().ReadyAsync("m", null, default);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var request = 0; request < 300; request++)
            {
                var value = worker * 1000 + request;
                var reply = await serving.InferAsync("m", $$"""{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[{{value}}]}]}""");
                if (reply.Status == HttpStatusCode.OK) Assert.Equal(value + 0.5f, reply.Output("y").GetProperty("data")[0].GetSingle());
                else Assert.True(reply.Status is HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests);
            }
        })));
        // Every turn and every place in the queue has been given back.
        serving.Change("m", old => new(old.Name, old.Task, false, old.Aliases, old.Versions, new(new(), old.Policy.Serving with { Timeout = TimeSpan.FromSeconds(30) }), 0));
        var last = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => serving.InferAsync("m", One)));
        Assert.All(last, reply => Assert.Equal(HttpStatusCode.OK, reply.Status));
    }

    [Fact]
    public async Task Infer_WhenTheCallerLeaves_StopsTheRun()
    {
        await using var serving = new Serving();
        serving.Register("slow", TinyOnnx.Powers(20_000), policy: new() { MaxConcurrency = 1 });
        await serving.InferAsync("slow", Matrix(1));
        using var left = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var clock = Stopwatch.StartNew();
        await serving.SendAsync((service, request) =>
        {
            request.HttpContext.RequestAborted = left.Token;
            return service.InferAsync(request, "slow", null, left.Token);
        }, Encoding.UTF8.GetBytes(Matrix(300)), "");
        Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("slow", Matrix(1))).Status);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.1, 20);
    }

    [Fact]
    public async Task Infer_WhenTheQueueIsFull_Is429WithRetryAfter()
    {
        await using var serving = new Serving();
        serving.Register("slow", TinyOnnx.Powers(400), policy: new() { MaxConcurrency = 1, MaxQueue = 2 });
        await serving.InferAsync("slow", Matrix(1));
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => serving.InferAsync("slow", Matrix(150)))));
        var refused = replies.Where(reply => reply.Status == HttpStatusCode.TooManyRequests).ToArray();
        Assert.NotEmpty(refused);
        Assert.All(refused, reply => Assert.Equal("1", reply.Headers.RetryAfter));
        Assert.All(replies.Except(refused), reply => Assert.Equal(HttpStatusCode.OK, reply.Status));
        Assert.InRange(replies.Length - refused.Length, 3, 7);
        Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("slow", Matrix(1))).Status);
    }

    [Fact]
    public async Task Infer_OfWhatTheModelRefuses_Is400AndOfAFailureIs500()
    {
        await using var serving = new Serving();
        serving.Register("powers", TinyOnnx.Powers(1));
        serving.Register("lookup", TinyOnnx.Lookup());
        var notSquare = await serving.InferAsync("powers", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""");
        Assert.InRange((int)notSquare.Status, 400, 500);
        var beyond = await serving.InferAsync("lookup", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[5]}]}""");
        Assert.InRange((int)beyond.Status, 400, 500);
        Assert.Equal(HttpStatusCode.OK, (await serving.InferAsync("lookup", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[2]}]}""")).Status);
    }

    internal static string Matrix(int size) =>
        $$"""{"inputs":[{"name":"x","shape":[{{size}},{{size}}],"datatype":"FP32","data":[{{string.Join(",", Enumerable.Repeat("0.001", size * size))}}]}]}""";

    private sealed class Endless : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            Given += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)' ');
            Given += buffer.Length;
            return new(buffer.Length);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
