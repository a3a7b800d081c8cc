using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using ParquetSharp;
using Serverless.App.Tests.Faults;
using Serverless.Testing;
using Encoding = System.Text.Encoding;

namespace Serverless.App.Tests.Fuzz;

/// <summary>
/// Requests by chance to every route: none makes the host fail. <c>FUZZ_REQUESTS</c> says how many, <c>FUZZ_SEED</c> which; a failure names its number,
/// which gives the same request again.
/// </summary>
public sealed class FuzzTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const string AdminKey = "the-key-that-opens-every-door";
    private const int Usual = 3_000;
    private const int Callers = 8;

    private const int Told = 20;

    [Fact]
    public async Task Requests_ByChance_MakeNothingFail()
    {
        var (requests, seed) = (Setting("FUZZ_REQUESTS", Usual), Setting("FUZZ_SEED", 1));
        await using var app = await AppProcess.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(("FunctionsHost:KeysEnforced", "true"), ("Access:AdminKey", AdminKey)), TestContext.Current.CancellationToken, "--enableAuth");
        app.Client.DefaultRequestHeaders.Add("x-api-key", AdminKey);
        var fuzzer = new RequestFuzzer(OpenApiDocument.Parse(await app.Client.GetStringAsync("/openapi.json"), OpenApiConstants.Json).Document!, await SeedsAsync(app.Client), AdminKey, seed);

        var (failures, statuses, next) = (new ConcurrentBag<(string Function, string Wrong, string Told)>(), new ConcurrentDictionary<int, int>(), -1);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(CallAsync)));

        output.WriteLine(string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => FormattableString.Invariant($"{status.Key}: {status.Value}"))));
        // One of each kind is enough to mend it.
        foreach (var failure in failures.DistinctBy(failure => (failure.Function, failure.Wrong)).Take(Told)) output.WriteLine(failure.Told);
        var faults = Verdict.Faults(app.Output).Take(Told).ToArray();
        foreach (var fault in faults) output.WriteLine(fault);
        Assert.Empty(failures);
        Assert.Equal(requests, statuses.Values.Sum());
        Assert.Equal(HttpStatusCode.OK, await app.Client.StatusAsync("/v2/health/live"));
        Assert.DoesNotContain(AdminKey, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Seeds.Secret, app.Output, StringComparison.Ordinal);
        Assert.Empty(faults);

        async Task CallAsync()
        {
            using var connection = new WireConnection(app.Address);
            for (int number; (number = Interlocked.Increment(ref next)) < requests;)
            {
                var request = fuzzer.Next(number);
                var answer = await connection.SendAsync(request.Bytes, request.End, request.HasNoBody);
                statuses.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);
                if (Verdict.Of(request, answer) is { } wrong)
                    failures.Add((request.Function, wrong, FormattableString.Invariant($"Number {number} of seed {seed}, {request.Function}: {wrong}: {answer.Status} {answer.Body}\n{request}")));
            }
        }
    }

    [Fact]
    public void Requests_OfTheSameNumber_AreTheSame()
    {
        var document = OpenApiDocument.Parse("""{"openapi":"3.1.1","info":{"title":"t","version":"1"},"paths":{"/models/{model}":{"put":{"operationId":"PutModel","requestBody":{"content":{"application/json":{"schema":{"type":"object"}}}},"responses":{"200":{"description":"d"}}}}}}""", OpenApiConstants.Json).Document!;
        var seeds = new Seeds([1], [2], new Dictionary<string, JsonNode[]>());
        var (one, other) = (new RequestFuzzer(document, seeds, "k", 1), new RequestFuzzer(document, seeds, "k", 1));
        Assert.All(Enumerable.Range(0, 200), number => Assert.Equal(one.Next(number).Bytes, other.Next(number).Bytes));
        Assert.True(Enumerable.Range(0, 200).Select(number => Encoding.Latin1.GetString(one.Next(number).Bytes)).Distinct().Count() > 100);
    }

    private static int Setting(string name, int usual) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    // A model that everything can be asked of, and what the suite itself says that can be sent back to it.
    private static async Task<Seeds> SeedsAsync(HttpClient client)
    {
        const string Path = $"/models/{Seeds.Model}";
        using (var form = new MultipartFormDataContent { { JsonContent.Create(new { featureNames = new[] { "a", "b", "c", "d" }, classLabels = new[] { "x", "y", "z" }, task = "multiclassClassification" }), "metadata" }, { SuiteCalls.Onnx(Files.Model("iris_lr")), "model", "m.onnx" } })
            Assert.Equal(HttpStatusCode.Created, (await client.PostAsync($"{Path}/versions", form)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await client.RegisterAsync(Seeds.Model, SuiteCalls.Onnx(Files.Variant("iris_lr", "2")))).Status);
        Assert.Equal(HttpStatusCode.Created, (await client.RegisterAsync("other", SuiteCalls.Onnx(Files.Variant("iris_lr", "3")))).Status);
        Assert.Equal(HttpStatusCode.Created, await SendAsync(client, HttpMethod.Put, $"{Path}/versions/1/baseline?label=label&segments=region", "text/csv", Seeds.Table()));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(client, HttpMethod.Put, $"{Path}/evaluation?label=label&slices=region", "text/csv", Seeds.Table()));

        var ids = new List<string>();
        for (var row = 0; row < 5; row++)
        {
            using var answer = await client.PostAsJsonAsync($"{Path}/predict", new { rows = new[] { new { a = 5.1, b = 3.5, c = 1.4, d = 0.2 } }, entities = new { customer = $"c-{row}" }, segment = new { region = "eu" } });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            ids.Add((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("predictions")[0].GetProperty("id").GetString()!);
        }

        byte[] arrow = [];
        await SuiteCalls.UntilAsync("the log has the predictions", async () => (arrow = await ArrowAsync(client, $"{Path}/predictions?labels=true")).Length > 0);
        return new(arrow, Parquet(), new Dictionary<string, JsonNode[]>
        {
            ["PostLabels"] = [new JsonObject { ["items"] = new JsonArray([.. ids.Select(id => new JsonObject { ["id"] = id, ["label"] = "x" })]) }],
            ["PostOutcomes"] = [new JsonObject { ["items"] = new JsonArray([.. ids.Select(id => new JsonObject { ["id"] = id, ["name"] = "paid", ["value"] = 1.5 })]) }],
            ["PutSageMakerStatistics"] = [JsonNode.Parse(await client.GetStringAsync($"{Path}/versions/1/sagemaker/statistics"))!],
            ["PutSageMakerConstraints"] = [JsonNode.Parse(await client.GetStringAsync($"{Path}/versions/1/sagemaker/constraints"))!],
        });
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, HttpMethod method, string path, string type, string body)
    {
        using var request = new HttpRequestMessage(method, new Uri(client.BaseAddress!, path)) { Content = new StringContent(body, MediaTypeHeaderValue.Parse(type)) };
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<byte[]> ArrowAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseAddress!, path)) { Headers = { { "Accept", "application/vnd.apache.arrow.stream" } } };
        using var answer = await client.SendAsync(request);
        return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsByteArrayAsync() : [];
    }

    private static byte[] Parquet()
    {
        using var bytes = new MemoryStream();
        using (var file = new ParquetFileWriter(bytes, [new Column<double>("a"), new Column<double>("b"), new Column<double>("c"), new Column<double>("d"), new Column<string>("label")], leaveOpen: true))
        {
            using var group = file.AppendRowGroup();
            for (var column = 0; column < 4; column++) using (var writer = group.NextColumn().LogicalWriter<double>()) writer.WriteBatch([1, 2, 3, 4]);
            using (var writer = group.NextColumn().LogicalWriter<string>()) writer.WriteBatch(["0", "1", "2", "0"]);
            file.Close();
        }

        return bytes.ToArray();
    }
}
