using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Predictions;

namespace Serverless.App.Tests.Inference;

/// <summary>What a policy limits and what a client negotiates, over real connections.</summary>
public sealed class LimitsTests(Suite suite) : IClassFixture<Suite>
{
    private readonly LoggedRows registry = new(suite);

    [Fact]
    public async Task Requests_BeyondTheQueue_Are429AndComeBackLater()
    {
        var model = await SlowModelAsync("""{"serving":{"maxConcurrency":1,"maxQueue":0}}""");
        // How many meet at the gate is the machine's affair: they come again until some have.
        HttpResponseMessage? refused = null;
        await SuiteCalls.UntilAsync("a request finds the queue full", async () =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => PostAsync($"/v2/models/{model}/infer", Slow(20_000))));
            Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{answer.StatusCode}"));
            Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            return (refused = answers.FirstOrDefault(answer => answer.StatusCode == HttpStatusCode.TooManyRequests)) is not null;
        });
        Assert.True(refused!.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        Assert.Contains("too-many-requests", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var after = await PostAsync($"/v2/models/{model}/infer", Slow(1));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Request_ThatTakesLongerThanThePolicyAllows_Is504AndTheModelGoesOn()
    {
        var model = await SlowModelAsync("""{"serving":{"timeout":"PT0.02S"}}""");
        using var late = await PostAsync($"/v2/models/{model}/infer", Slow(100_000));
        Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);
        Assert.Contains("urn:serverless-mlops:problem:timeout", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await PolicyAsync(model, "{}");
        using var after = await PostAsync($"/v2/models/{model}/infer", Slow(1));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Bodies_Compressed_SayTheSameAsPlainOnes(string encoding)
    {
        var model = (await registry.RegisterAsync("iris_lr", new { })).Value;
        var plain = Iris(60);
        using var expected = await PostAsync($"/v2/models/{model}/infer", plain);
        using var content = new ByteArrayContent(Pack(Encoding.UTF8.GetBytes(plain), encoding));
        content.Headers.ContentEncoding.Add(encoding);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{model}/infer") { Content = content };
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
        using var answer = await suite.App.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, encoding), (answer.StatusCode, answer.Content.Headers.ContentEncoding.Single()));
        Assert.Equal(await expected.Content.ReadAsStringAsync(), Encoding.UTF8.GetString(Unpack(await answer.Content.ReadAsByteArrayAsync(), encoding)));
    }

    [Fact]
    public async Task Body_ThatUnpacksToMoreThanThePolicyTakes_Is413()
    {
        var model = (await registry.RegisterAsync("iris_lr", new { })).Value;
        await PolicyAsync(model, """{"serving":{"maxBodyBytes":65536}}""");
        using var content = new ByteArrayContent(Pack(new byte[64 << 20], "gzip"));
        content.Headers.ContentEncoding.Add("gzip");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await suite.App.Client.PostAsync($"/v2/models/{model}/infer", content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Classification_AskedFor_NamesTheLikeliestClasses()
    {
        var model = (await registry.RegisterAsync("iris_lr", new { classLabels = new[] { "setosa", "versicolor", "virginica" } })).Value;
        using var answer = await PostAsync($"/v2/models/{model}/infer",
            """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2]}],"outputs":[{"name":"probabilities","parameters":{"classification":2}}]}""");
        var output = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("outputs")[0];
        Assert.Equal(("BYTES", "[1,2]"), (output.GetProperty("datatype").GetString(), output.GetProperty("shape").GetRawText()));
        Assert.Matches(@"^0\.9\d*:0:setosa$", output.GetProperty("data")[0].GetString());
    }

    [Fact]
    public async Task Batching_ByPolicy_GivesEveryRequestItsOwnRows()
    {
        var model = (await registry.RegisterAsync("iris_rf100", new { })).Value;
        var bodies = Enumerable.Range(1, 40).Select(rows => Iris(rows)).ToArray();
        var alone = await Task.WhenAll(bodies.Select(body => OutputsAsync(model, body)));
        await PolicyAsync(model, """{"serving":{"batching":{"maxRows":64,"maxDelay":"PT0.005S"}}}""");
        Assert.Equal(alone, await Task.WhenAll(bodies.Select(body => OutputsAsync(model, body))));
    }

    private async Task<string> OutputsAsync(string model, string body)
    {
        using var answer = await PostAsync($"/v2/models/{model}/infer", body);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("outputs").GetRawText();
    }

    private async Task<string> SlowModelAsync(string policy)
    {
        var model = (await registry.RegisterAsync("adult_slow", new { })).Value;
        using var warm = await PostAsync($"/v2/models/{model}/infer", Slow(1));
        Assert.True(warm.IsSuccessStatusCode, await warm.Content.ReadAsStringAsync());
        await PolicyAsync(model, policy);
        return model;
    }

    private Task<JsonElement> PolicyAsync(string model, string policy) => suite.SendAsync(HttpMethod.Put, $"/models/{model}/policy", JsonDocument.Parse(policy).RootElement, HttpStatusCode.OK);

    private Task<HttpResponseMessage> PostAsync(string path, string body) => suite.App.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    private static string Iris(int rows) => Infer("input", rows, 4);

    private static string Slow(int rows) => Infer("input", rows, 8);

    private static string Infer(string input, int rows, int columns) => JsonSerializer.Serialize(new
    {
        inputs = new[] { new { name = input, shape = new[] { rows, columns }, datatype = "FP32", data = Enumerable.Range(0, rows * columns).Select(at => at % 70 / 10f) } },
    });

    private static byte[] Pack(byte[] bytes, string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest) : new ZLibStream(packed, CompressionLevel.Fastest)) stream.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Unpack(byte[] packed, string encoding)
    {
        using var plain = new MemoryStream();
        using Stream stream = encoding == "gzip" ? new GZipStream(new MemoryStream(packed), CompressionMode.Decompress) : new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        stream.CopyTo(plain);
        return plain.ToArray();
    }
}
