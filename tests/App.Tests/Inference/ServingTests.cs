using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Serverless.Testing;

namespace Serverless.App.Tests.Inference;

/// <summary>The real application with a real storage: models registered and asked over HTTP.</summary>
public sealed class ServingTests(Suite served) : IClassFixture<Suite>
{
    private readonly AppProcess app = served.App;

    [Theory]
    [InlineData("iris_lr", "multiclassClassification")]
    [InlineData("iris_rf100", "multiclassClassification")]
    [InlineData("wine_scaled_lr", "multiclassClassification")]
    [InlineData("digits_mlp", "multiclassClassification")]
    [InlineData("breast_gb100", "binaryClassification")]
    [InlineData("elec2_rf50", "binaryClassification")]
    [InlineData("diabetes_gbr", "regression")]
    public async Task Model_Registered_GivesScikitLearnsOutputsInEveryProtocol(string file, string task)
    {
        var golden = Golden(file);
        var features = golden.TryGetProperty("features", out var given) ? given.Deserialize<string[]>()! : [.. Enumerable.Range(0, golden.GetProperty("inputs")[0].GetArrayLength()).Select(at => $"f{at}")];
        var model = await RegisterAsync(file, new { featureNames = features, task });
        var inputs = golden.GetProperty("inputs");
        var rows = inputs.GetArrayLength();

        var v2 = await AskAsync($"/v2/models/{model}/infer", $$"""{"inputs":[{"name":"input","shape":[{{rows}},{{features.Length}}],"datatype":"FP32","data":{{inputs.GetRawText()}} }]}""");
        foreach (var output in v2.GetProperty("outputs").EnumerateArray()) Same(golden, output.GetProperty("name").GetString()!, output.GetProperty("data"));
        var v1 = await AskAsync($"/v1/models/{model}:predict", $$"""{"instances":{{inputs.GetRawText()}} }""");
        Same(golden, task == "regression" ? "variable" : "label", Column(v1.GetProperty("predictions"), task == "regression" ? null : "label"));
        var named = JsonSerializer.Serialize(inputs.EnumerateArray().Select(row => features.Zip(row.EnumerateArray()).ToDictionary(pair => pair.First, pair => pair.Second)));
        var own = await AskAsync($"/models/{model}/predict", $$"""{"rows":{{named}} }""");
        Same(golden, task == "regression" ? "variable" : "label", Column(own.GetProperty("predictions"), task == "regression" ? "value" : "label"));
        var mlflow = await AskAsync($"/models/{model}/invocations", $$"""{"dataframe_split":{"columns":{{JsonSerializer.Serialize(features)}},"data":{{inputs.GetRawText()}} } }""");
        Same(golden, task == "regression" ? "variable" : "label", Column(mlflow.GetProperty("predictions"), task == "regression" ? "variable" : "label"));
    }

    [Fact]
    public async Task MixedColumns_Registered_GiveScikitLearnsOutputs()
    {
        var golden = Golden("adult_mixed_lr");
        var model = await RegisterAsync("adult_mixed_lr", new { classLabels = new[] { "low", "high" }, task = "binaryClassification" });
        var own = await AskAsync($"/models/{model}/predict", $$"""{"rows":{{golden.GetProperty("rows").GetRawText()}} }""");
        Assert.Equal(golden.GetProperty("label").EnumerateArray().Select(label => label.GetInt32() == 1 ? "high" : "low"),
            own.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("label").GetString()));
        Assert.Equal(golden.GetProperty("probabilities").EnumerateArray().Select(row => row[1].GetDouble()),
            own.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("probabilities").GetProperty("high").GetDouble()), (wanted, got) => Math.Abs(wanted - got) < 1e-5);
    }

    [Fact]
    public async Task Directory_OfARegisteredModel_DescribesIt()
    {
        var model = await RegisterAsync("mnist-8", new { });
        Assert.Contains(model, (await GetAsync("/v2/models")).GetProperty("models").EnumerateArray().Select(name => name.GetString()));
        Assert.Contains(model, (await GetAsync("/v1/models")).GetProperty("models").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal($$"""{"name":"{{model}}","versions":["1"],"platform":"onnx_onnxv1","inputs":[{"name":"Input3","datatype":"FP32","shape":[1,1,28,28]}],"outputs":[{"name":"Plus214_Output_0","datatype":"FP32","shape":[1,10]}]}""",
            (await GetAsync($"/v2/models/{model}")).GetRawText());
        Assert.Equal(model, (await GetAsync($"/v2/models/{model}/versions/1")).GetProperty("name").GetString());
        Assert.True((await GetAsync($"/v2/models/{model}/ready")).GetProperty("ready").GetBoolean());
        Assert.True((await GetAsync($"/v2/models/{model}/versions/1/ready")).GetProperty("ready").GetBoolean());
        Assert.True((await GetAsync($"/v1/models/{model}")).GetProperty("ready").GetBoolean());
        Assert.True((await GetAsync("/v2/health/live")).GetProperty("live").GetBoolean());
        Assert.True((await GetAsync("/v2/health/ready")).GetProperty("ready").GetBoolean());
        Assert.Contains("binary_tensor_data", (await GetAsync("/v2")).GetProperty("extensions").EnumerateArray().Select(name => name.GetString()));
        using var empty = await app.Client.PostAsync("/v2/repository/index", null);
        var entries = JsonDocument.Parse(await empty.Content.ReadAsStringAsync()).RootElement.EnumerateArray();
        Assert.Contains(entries, entry => entry.GetProperty("name").GetString() == model && entry.GetProperty("state").GetString() == "READY");
        using var explain = await app.Client.PostAsync($"/v1/models/{model}:explain", Json("{}"));
        Assert.Equal(HttpStatusCode.NotImplemented, explain.StatusCode);
    }

    [Fact]
    public async Task Health_OfARunningApplication_SaysWhatItHolds()
    {
        var model = await RegisterAsync("iris_lr", new { });
        await GetAsync($"/v2/models/{model}/ready");
        JsonElement health = default;
        await Faults.SuiteCalls.UntilAsync("all is well", async () => (health = await Faults.SuiteCalls.HealthAsync(app.Client)).GetProperty("status").GetString() == "healthy");
        Assert.True(health.GetProperty("storage").GetProperty("reachable").GetBoolean());
        var dependencies = health.GetProperty("dependencies").EnumerateObject().ToDictionary(part => part.Name, part => part.Value);
        Assert.Equal(["artifactCache", "blobs", "events", "predictionLog", "queues", "sessionMemory", "tables"], dependencies.Keys.Order());
        Assert.All(dependencies.Values, part => Assert.Equal("healthy", part.GetProperty("status").GetString()));
        Assert.All(["tables", "blobs", "queues", "events"], part => Assert.True(dependencies[part].GetProperty("milliseconds").GetDouble() >= 0));
        // Anybody may see it.
        Assert.All(["127.0.0.1", "http", "devstoreaccount1", "AccountKey"], secret => Assert.DoesNotContain(secret, health.GetRawText(), StringComparison.Ordinal));
        Assert.InRange(health.GetProperty("sessions").GetProperty("loaded").GetInt32(), 1, 100);
        Assert.InRange(health.GetProperty("sessions").GetProperty("bytes").GetInt64(), 1, 1 << 30);
    }

    [Fact]
    public async Task Infer_FromTritonsClientsBytes_IsAnsweredInBinary()
    {
        var model = await RegisterAsync("iris_lr", new { });
        var json = """{"id":"7","inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}],"parameters":{"binary_data_output":true}}""";
        byte[] body = [.. Encoding.ASCII.GetBytes(json), .. new[] { 5.1f, 3.5f, 1.4f, 0.2f }.SelectMany(BitConverter.GetBytes)];
        // As recorded: neither Content-Type nor Accept.
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{model}/infer") { Content = new ByteArrayContent(body) };
        request.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        using var answer = await app.Client.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var length = int.Parse(answer.Headers.GetValues("Inference-Header-Content-Length").Single(), CultureInfo.InvariantCulture);
        Assert.Equal("""[{"name":"label","datatype":"INT64","shape":[1],"parameters":{"binary_data_size":8}},{"name":"probabilities","datatype":"FP32","shape":[1,3],"parameters":{"binary_data_size":12}}]""",
            JsonDocument.Parse(bytes.AsMemory(0, length)).RootElement.GetProperty("outputs").GetRawText());
        Assert.Equal(0L, BitConverter.ToInt64(bytes, length));
        Assert.InRange(BitConverter.ToSingle(bytes, length + 8), 0.97f, 0.99f);
    }

    [Theory]
    [InlineData("/v2/models/no-such/infer", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/MODEL/versions/7/infer", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/MODEL/infer", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/..%2Fx/infer", HttpStatusCode.BadRequest)]
    [InlineData("/models/MODEL/predict", HttpStatusCode.BadRequest)]
    [InlineData("/v1/models/MODEL:predict", HttpStatusCode.BadRequest)]
    public async Task Request_ThatCantBeAnswered_IsAProblemThatEveryClientReads(string path, HttpStatusCode status)
    {
        var model = await RegisterAsync("iris_lr", new { });
        using var answer = await app.Client.PostAsync(path.Replace("MODEL", model, StringComparison.Ordinal), Json("{}"));
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.NotEqual("", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Infer_OfABodyBeyondThePolicy_Is413(bool chunked)
    {
        var model = await RegisterAsync("iris_lr", new { });
        using var policy = await app.Client.PutAsync($"/models/{model}/policy", Json("""{"serving":{"maxBodyBytes":1024}}"""));
        Assert.True(policy.IsSuccessStatusCode, await policy.Content.ReadAsStringAsync());
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{model}/infer") { Content = Json(new string(' ', 4096)) };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Champion_MovedUnderLoad_FailsNoRequest()
    {
        var model = await RegisterAsync("iris_lr", new { });
        await RegisterAsync("iris_rf100", new { }, model);
        const string Body = """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2]}],"outputs":[{"name":"label"}]}""";
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var versions = new HashSet<string>();
            while (!stop.IsCancellationRequested) versions.Add((await AskAsync($"/v2/models/{model}/infer", Body)).GetProperty("model_version").GetString()!);
            return versions;
        })).ToArray();
        for (var move = 0; move < 6; move++)
        {
            var version = move % 2 == 0 ? 2 : 1;
            using var moved = await app.Client.PutAsync($"/models/{model}/aliases/champion", Json($$"""{"version":{{version}},"reason":"test"}"""));
            Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
            while ((await AskAsync($"/v2/models/{model}/infer", Body)).GetProperty("model_version").GetString() != $"{version}") await Task.Yield();
        }
        await stop.CancelAsync();
        Assert.Equal(["1", "2"], (await Task.WhenAll(load)).SelectMany(seen => seen).Distinct().Order());
    }

    [Fact]
    public async Task Infer_WhoseCallerLeaves_LeavesTheServerWell()
    {
        var model = await RegisterAsync("iris_lr", new { });
        for (var call = 0; call < 20; call++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(app.Address.Host, app.Address.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /v2/models/{model}/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{\"inputs\":["));
        }
        Assert.Equal("1", (await AskAsync($"/v2/models/{model}/infer", """{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2]}]}""")).GetProperty("model_version").GetString());
    }

    private static string Data { get; } = Repository.File("tests", "data", "models");

    private static JsonElement Golden(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Data, file + ".golden.json"))).RootElement;

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<string> RegisterAsync(string file, object metadata, string? model = null)
    {
        model ??= $"{file}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        using var content = new MultipartFormDataContent();
        content.Add(Json(JsonSerializer.Serialize(metadata)), "metadata");
        var bytes = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(Data, file + ".onnx")));
        bytes.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Add(bytes, "model", file + ".onnx");
        using var answer = await app.Client.PostAsync($"/models/{model}/versions", content);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return model;
    }

    private async Task<JsonElement> AskAsync(string path, string body)
    {
        using var answer = await app.Client.PostAsync(path, Json(body));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        Assert.True(answer.Headers.Contains("x-prediction-id"));
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await app.Client.GetStringAsync(new Uri(app.Address, path))).RootElement;

    private static JsonElement Column(JsonElement rows, string? name) =>
        JsonSerializer.SerializeToElement(rows.EnumerateArray().Select(row => name is null ? row : row.GetProperty(name)));

    // Scikit-learn computes in double, ONNX Runtime in float.
    private static void Same(JsonElement golden, string output, JsonElement actual)
    {
        var (wanted, got) = (Flatten(golden.GetProperty(output == "variable" ? "prediction" : output)).ToArray(), Flatten(actual).ToArray());
        Assert.Equal(wanted.Length, got.Length);
        Assert.All(wanted.Zip(got), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, output == "variable" ? 1e-4 * Math.Abs(pair.First) : 1e-5));
    }

    private static IEnumerable<double> Flatten(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Flatten) : [element.GetDouble()];
}
