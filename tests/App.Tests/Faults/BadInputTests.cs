using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Fuzz;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>One application for every kind of nonsense: each is refused with a problem, and the application lives.</summary>
public sealed class BadInputTests(BadInputTests.Served served) : IClassFixture<BadInputTests.Served>
{
    private HttpClient Client => served.App.Client;

    public static TheoryData<string, string, string, int> Uploads => new()
    {
        { "truncated", "application/octet-stream", "half", 422 },
        { "text", "application/octet-stream", "text", 422 },
        { "empty", "application/octet-stream", "", 422 },
        { "wrong-type", "text/plain", "half", 415 },
        { "no-boundary", "multipart/form-data", "text", 400 },
        { "no-form", "multipart/form-data; boundary=b", "text", 400 },
        { "null", "application/json", "null", 400 },
        { "no-upload", "application/json", "{}", 400 },
        { "unknown-upload", "application/json", """{"uploadId":"01890a5d-ac96-774b-bcce-b302099a8057"}""", 404 },
        { "twice", "application/json", """{"description":"a","description":"b"}""", 400 },
        { "not-a-number", "application/json", """{"metrics":{"auc":NaN}}""", 400 },
    };

    public static TheoryData<string> Names => ["..", "%2e%2e", "..%2Fother", "a%2Fb", "a%5Cb", "a%0Ab", "a%00b", "%20", "-a", "A%C3%A4", new string('a', 200)];

    public static TheoryData<string> Inferences => new()
    {
        """{"inputs":[{"name":"@","shape":[1,4],"datatype":"FP32","data":[1,2,3,NaN]}]}""",
        """{"inputs":[{"name":"@","shape":[9223372036854775807,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"@","shape":[-1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"@","shape":[-1,-4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"@","shape":[4611686018427387905,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"@","shape":[99999999999999999999,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"@","shape":[2,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"@","shape":[1,4],"datatype":"FP32","data":[1,2,3,1e999]}]}""",
        """{"inputs":[{"name":"@","shape":[1,4],"datatype":"FP33","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"@","shape":[1,4],"datatype":"FP32","data":[1,2,3,"4"]}]}""",
        """{"inputs":[]}""",
        """{"inputs":null}""",
        "[]",
        "",
        "{",
    };

    [Theory]
    [MemberData(nameof(Uploads))]
    public async Task Registration_OfNonsense_IsRefusedAndMakesNoModel(string model, string type, string body, int status)
    {
        using var content = new ByteArrayContent(body == "half" ? Files.Model("iris_rf100")[..20_000] : Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await Client.PostAsync($"/models/bad-{model}/versions", content);
        await AssertProblemAsync(answer, status);
        Assert.Equal(HttpStatusCode.NotFound, await Client.StatusAsync($"/models/bad-{model}"));
    }

    [Theory]
    [InlineData("""{"description":"no model"}""", false)]
    [InlineData("""{"description":"a","description":"b"}""", true)]
    [InlineData("""{"metrics":{"auc":NaN}}""", true)]
    [InlineData("""{"metrics":{"auc":1e999}}""", true)]
    public async Task Form_ThatIsWrong_IsRefusedAndMakesNoModel(string metadata, bool withModel)
    {
        using var form = new MultipartFormDataContent { { new StringContent(metadata, Encoding.UTF8, "application/json"), "metadata" } };
        if (withModel) form.Add(SuiteCalls.Onnx(Files.Model("iris_lr")), "model", "model.onnx");
        using var answer = await Client.PostAsync("/models/bad-form/versions", form);
        await AssertProblemAsync(answer, 400);
        Assert.Equal(HttpStatusCode.NotFound, await Client.StatusAsync("/models/bad-form"));
    }

    [Fact]
    public async Task Registration_Of101MebibytesWithoutALength_IsTooLarge()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Client.BaseAddress!, "/models/bad-large/versions")) { Content = new Zeros(101) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.ExpectContinue = false;
        using var answer = await Client.SendAsync(request);
        await AssertProblemAsync(answer, 413);
        Assert.Equal(HttpStatusCode.NotFound, await Client.StatusAsync("/models/bad-large"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Name_ThatIsNone_IsRefused(string name)
    {
        // As it stands: a client that tidies the path first would ask for something else.
        var path = new Uri($"{Client.BaseAddress}models/{name}/versions", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = SuiteCalls.Onnx(Files.Model("iris_lr")) };
        using var answer = await Client.SendAsync(request);
        Assert.Contains((int)answer.StatusCode, new[] { 400, 404, 405 });
        // An unknown route answers with nothing, as the Functions host does.
        if (answer.Content.Headers.ContentLength != 0) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        await AssertAliveAsync();
    }

    [Theory]
    [MemberData(nameof(Inferences))]
    public async Task Inference_OfNonsense_IsRefused(string body)
    {
        using var content = new StringContent(body.Replace("@", served.Input, StringComparison.Ordinal), Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync($"/v2/models/{Served.Model}/infer", content);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        Assert.NotEqual("", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("PUT", "/models/bad-deep", "{\"tags\":")]
    [InlineData("PUT", "/models/served-well/policy", "")]
    [InlineData("POST", "/v2/models/served-well/infer", "{\"inputs\":")]
    [InlineData("POST", "/v1/models/served-well:predict", "{\"instances\":")]
    [InlineData("POST", "/models/served-well/predict", "{\"rows\":")]
    [InlineData("POST", "/models/served-well/invocations", "{\"inputs\":")]
    public async Task Json_OfAHundredThousandBrackets_IsRefused(string method, string path, string start)
    {
        using var content = new StringContent(start + new string('[', 100_000) + new string(']', 100_000), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(new(method), new Uri(Client.BaseAddress!, path)) { Content = content };
        using var answer = await Client.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("POST", "/models/bad-bomb/versions", "application/octet-stream")]
    [InlineData("PUT", "/models/bad-bomb", "application/json")]
    [InlineData("POST", "/v2/models/served-well/infer", "application/json")]
    [InlineData("POST", "/models/served-well/predict", "application/json")]
    public async Task Body_ThatIsABomb_IsRefused(string method, string path, string type)
    {
        using var content = new ByteArrayContent(served.Bomb);
        content.Headers.ContentType = new(type);
        content.Headers.ContentEncoding.Add("gzip");
        using var request = new HttpRequestMessage(new(method), new Uri(Client.BaseAddress!, path)) { Content = content };
        using var answer = await Client.SendAsync(request);
        Assert.InRange((int)answer.StatusCode, 400, 499);
        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("/v2/models/served-well/infer", """{"inputs":[{"name":"\ud800","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""")]
    [InlineData("/v2/models/served-well/infer", """{"\udc00":1}""")]
    [InlineData("/v1/models/served-well:predict", """{"instances":[{"\ud800":[1,2,3,4]}]}""")]
    [InlineData("/models/served-well/predict", """{"rows":[{"\udc00\ud800":1}]}""")]
    [InlineData("/models/served-well/invocations", """{"dataframe_records":[{"\ud800":1}]}""")]
    public async Task Text_OfHalfACharacter_IsRefused(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync(path, content);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        await AssertAliveAsync();
    }

    [Fact]
    public async Task Label_OfHalfACharacter_IsRejectedAndTheOthersTaken()
    {
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        using var content = new StringContent($$"""{"items":[{"id":"\ud800","label":"x"},{"id":"{{id}}","label":"x"}]}""", Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync("/models/served-well/labels", content);
        var told = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("Unicode", told.GetProperty("rejected").EnumerateArray().Single().GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/models/bad-frame")]
    [InlineData("PUT", "/models/served-well/policy")]
    [InlineData("POST", "/models/served-well/labels")]
    [InlineData("POST", "/v2/models/served-well/infer")]
    [InlineData("PUT", "/models/served-well/versions/1/baseline")]
    public async Task Body_ThatIsNoFrameOfHttp_IsRefusedWithAProblem(string method, string path)
    {
        using var connection = new WireConnection(served.App.Address);
        foreach (var frame in new[] { "zz\r\n{}", "-1\r\n{}", "2\r\n{}no" })
        {
            var answer = await connection.SendAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{frame}"), WireEnd.Closes);
            Assert.Equal((400, "application/problem+json"), (answer.Status, answer.Type));
        }

        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("PUT", "/models/bad-kind", """{"tags":[]}""")]
    [InlineData("PUT", "/keys/bad-kind", """{"roles":[{}]}""")]
    [InlineData("PUT", "/webhooks/bad-kind", """{"url":1}""")]
    [InlineData("PUT", "/webhooks/bad-kind", "{}")]
    [InlineData("POST", "/v2/repository/index", "[]")]
    [InlineData("POST", "/models/served-well/versions", """{"lineage":{"source":0}}""")]
    public async Task Problem_OfAWrongKind_TellsNothingOfTheInside(string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(Client.BaseAddress!, path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotMatch(@"\b(System|Serverless)\.|Exception", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!);
    }

    private async Task AssertProblemAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, JsonSerializer.Deserialize<JsonElement>(text).GetProperty("status").GetInt32());
        await AssertAliveAsync();
    }

    private async Task AssertAliveAsync() => Assert.Equal(HttpStatusCode.OK, await Client.StatusAsync("/v2/health/live"));

    /// <summary>The application and a model that is well.</summary>
    public sealed class Served(AzuriteFixture azurite) : IAsyncLifetime
    {
        internal const string Model = "served-well";

        internal AppProcess App { get; private set; } = null!;

        internal string Input { get; private set; } = "";

        /// <summary>512 MiB of zeros in half a mebibyte.</summary>
        internal byte[] Bomb { get; } = Press(512);

        public async ValueTask InitializeAsync()
        {
            App = await SuiteCalls.StartAsync(azurite.ConnectionString);
            Assert.Equal(HttpStatusCode.Created, (await App.Client.RegisterAsync(Model, SuiteCalls.Onnx(Files.Variant("iris_lr", Model)))).Status);
            Input = await App.Client.InputAsync(Model);
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();

        private static byte[] Press(int mebibytes)
        {
            using var pressed = new MemoryStream();
            using (var gzip = new GZipStream(pressed, CompressionLevel.Fastest, leaveOpen: true))
            {
                var zeros = new byte[1 << 20];
                for (var written = 0; written < mebibytes; written++) gzip.Write(zeros);
            }

            return pressed.ToArray();
        }
    }

    private sealed class Zeros : HttpContent
    {
        private readonly byte[] block = new byte[1 << 20];
        private readonly int mebibytes;

        public Zeros(int mebibytes)
        {
            this.mebibytes = mebibytes;
            Headers.ContentType = new("application/octet-stream");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var sent = 0; sent < mebibytes; sent++) await stream.WriteAsync(block);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
