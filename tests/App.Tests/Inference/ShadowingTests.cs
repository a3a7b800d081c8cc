using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.App.Tests.Faults;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.App.Tests.Inference;

/// <summary>The census models in each other's shadow, over HTTP: what callers see, what the log holds, what is dropped.</summary>
public sealed class ShadowingTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const int Requests = 30;
    private static readonly string[] Features = ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week", "married", "managerial", "male"];

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public async Task Challengers_OfAShare_SayTheirOwnUnderTheCallersIds(double share)
    {
        await using var app = await StartAsync();
        var model = await RegisterAsync(app, "adult_champion", "adult_equal", "adult_better");
        var split = new TrafficSplit("s", TrafficKey.Caller, [], [new(2, share), new(3, 1)]);
        await SetAsync(app, model, split);
        var asked = new Dictionary<PredictionId, int>();
        for (var number = 0; number < Requests; number++)
        {
            var answer = await AskAsync(app, model, number);
            Assert.Equal(("champion", "1", await DirectAsync(app, model, 1, number)), (answer.Variant, answer.Version, answer.Probability));
            asked.Add(answer.Id, number);
        }

        var said = (await ShadowsAsync(app, model)).Where(row => asked.ContainsKey(row.Id)).ToDictionary(row => (row.Id, row.Version));
        var wanted = asked.SelectMany(entry => split.Shadows.Where(shadow => split.Follows(shadow, Key(entry.Value))).Select(shadow => (entry.Key, shadow.Version))).ToHashSet();
        Assert.Equal(wanted, said.Keys.ToHashSet());
        foreach (var (id, version) in wanted)
            Assert.Equal((200, await DirectAsync(app, model, version, asked[id])), (said[(id, version)].Status, said[(id, version)].Probability!.Value));
        // Their labels are the prediction's.
        using var labelled = await app.Client.PostAsJsonAsync($"/models/{model}/labels", new { items = asked.Select(entry => new { id = entry.Key.ToString(), label = entry.Value.ToString(CultureInfo.InvariantCulture) }) });
        Assert.Equal(HttpStatusCode.OK, labelled.StatusCode);
        Assert.All((await ShadowsAsync(app, model)).Where(row => asked.ContainsKey(row.Id)), row => Assert.Equal(asked[row.Id].ToString(CultureInfo.InvariantCulture), row.Label));
        Assert.Equal(wanted.Count, await CountAsync(app, model, "&route=shadow", asked));
        Assert.Equal(Requests, await CountAsync(app, model, "", asked));
    }

    [Fact]
    public async Task Challengers_ThatAreSlowFailOrAnswerNonsense_AreLoggedAndNoCallerIsTold()
    {
        await using var app = await StartAsync();
        var model = await RegisterAsync(app, "adult_champion", "adult_slow", "adult_fewer_inputs", "adult_nonfinite");
        await SetAsync(app, model, new("s", TrafficKey.Caller, [], [new(2, 1), new(3, 1), new(4, 1)]));
        var asked = new HashSet<PredictionId>();
        for (var number = 0; number < Requests; number++)
        {
            var answer = await AskAsync(app, model, number);
            Assert.Equal(("champion", "1", await DirectAsync(app, model, 1, number)), (answer.Variant, answer.Version, answer.Probability));
            asked.Add(answer.Id);
        }

        var said = (await ShadowsAsync(app, model)).Where(row => asked.Contains(row.Id)).ToLookup(row => row.Version);
        Assert.Equal([Requests, Requests, Requests], new[] { 2, 3, 4 }.Select(version => said[version].Count()));
        Assert.All(said[2], row => Assert.Equal((200, null), (row.Status, row.Problem)));
        Assert.All(said[3], row => Assert.Equal((400, "urn:serverless-mlops:problem:invalid-tensor"), (row.Status, row.Problem)));
        Assert.All(said[3], row => Assert.Null(row.Probability));
        Assert.Contains(said[4], row => row is { Status: 200, Probability: float.NaN });
        Assert.InRange((await ShadowHealthAsync(app)).GetProperty("failed").GetInt64(), Requests, long.MaxValue);
    }

    [Fact]
    public async Task Challenger_ThatCantKeepUp_IsDroppedAndEveryCallerAnswered()
    {
        const int Callers = 8;
        await using var app = await StartAsync(("Inference:ShadowRequests", "3"));
        var model = await RegisterAsync(app, "adult_champion", "adult_slow");
        await SetAsync(app, model, new("s", TrafficKey.Caller, [], [new(2, 1)]));
        var before = await SettledAsync(app);
        var body = Body(0, rows: 500);
        var statuses = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var seen = new List<HttpStatusCode>();
            for (var number = 0; number < Requests; number++)
            {
                using var answer = await app.Client.PostAsync($"/v2/models/{model}/infer", Json(body));
                seen.Add(answer.StatusCode);
            }
            return seen;
        })));
        Assert.All(statuses.SelectMany(seen => seen), status => Assert.Equal(HttpStatusCode.OK, status));
        var after = await SettledAsync(app);
        var dropped = Dropped(after, "full") + Dropped(after, "busy") - Dropped(before, "full") - Dropped(before, "busy");
        Assert.InRange(dropped, 1, Callers * Requests);
        Assert.Equal(Callers * Requests, dropped + Run(after) - Run(before));
        Assert.Equal(0, after.GetProperty("queuedBytes").GetInt64());
        Assert.Equal(0, await app.StopAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Split_EndedWhileCallersAsk_EndsOnEveryInstanceAndFailsNobody()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        var model = await RegisterAsync(one, "adult_champion", "adult_better", "adult_equal");
        foreach (var app in (AppProcess[])[one, two])
            foreach (var version in (int[])[1, 2, 3]) await one.Client.JsonAsync($"{app.Address}v2/models/{model}/versions/{version}/ready");
        await SetAsync(one, model, new("s", TrafficKey.Caller, [new("challenger", 2, 0.5)], [new(3, 1)]));
        await SeenAsync(two, model, split: true);
        using var over = new CancellationTokenSource();
        var load = new[] { one, one, two, two }.Select((app, worker) => Task.Run(async () =>
        {
            var seen = new HashSet<(string?, string)>();
            for (var number = worker; !over.IsCancellationRequested; number++)
                if (await AskAsync(app, model, number) is var answer) seen.Add((answer.Variant, answer.Version));
            return seen;
        })).ToArray();
        await Splits.SetAsync(azurite.ConnectionString, model, null);
        foreach (var app in (AppProcess[])[one, two]) await SeenAsync(app, model, split: false);
        await over.CancelAsync();
        var answers = (await Task.WhenAll(load)).SelectMany(seen => seen).ToHashSet();
        Assert.Subset(new HashSet<(string?, string)> { ("champion", "1"), ("challenger", "2"), (null, "1") }, answers);
        var before = new[] { Run(await SettledAsync(one)), Run(await SettledAsync(two)) };
        foreach (var app in (AppProcess[])[one, two]) Assert.Equal((null, "1"), (await AskAsync(app, model, 1)) is var answer ? (answer.Variant, answer.Version) : default);
        Assert.Equal((before[0], before[1]), (Run(await SettledAsync(one)), Run(await SettledAsync(two))));
    }

    private Task<AppProcess> StartAsync(params (string, string)[] settings) => SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(settings));

    // Loaded, so that no shadow is left out for that.
    private static async Task<string> RegisterAsync(AppProcess app, params string[] files)
    {
        var model = $"adult-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}"[..30];
        foreach (var (at, file) in files.Index())
        {
            Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync(model, SuiteCalls.Onnx(Files.Model(file)))).Status);
            await app.Client.JsonAsync($"/v2/models/{model}/versions/{at + 1}/ready");
        }
        using var policy = await app.Client.PutAsJsonAsync($"/models/{model}/policy", new { logging = new { flushAfter = "PT0.1S" } });
        Assert.Equal(HttpStatusCode.OK, policy.StatusCode);
        return model;
    }

    private async Task SetAsync(AppProcess app, string model, TrafficSplit split)
    {
        await Splits.SetAsync(azurite.ConnectionString, model, split);
        await SeenAsync(app, model, split: true);
    }

    private static Task SeenAsync(AppProcess app, string model, bool split) =>
        SuiteCalls.UntilAsync($"the split is {(split ? "there" : "gone")}", async () => (await AskAsync(app, model, -1)).Variant is not null == split);

    private static async Task<(PredictionId Id, string? Variant, string Version, float Probability)> AskAsync(AppProcess app, string model, int number, int? version = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, version is null ? $"/v2/models/{model}/infer" : $"/v2/models/{model}/versions/{version}/infer")) { Content = Json(Body(number, 1)) };
        request.Headers.Add("x-routing-key", Key(number));
        using var answer = await app.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        var outputs = JsonDocument.Parse(text).RootElement.GetProperty("outputs").EnumerateArray();
        var data = outputs.Single(output => output.GetProperty("name").GetString() == "probabilities").GetProperty("data")[1];
        return (PredictionId.Parse(answer.Headers.GetValues("x-prediction-id").Single()),
            answer.Headers.TryGetValues("x-model-variant", out var variants) ? variants.Single() : null,
            answer.Headers.GetValues("x-model-version").Single(),
            data.ValueKind == JsonValueKind.String ? float.Parse(data.GetString()!, CultureInfo.InvariantCulture) : data.GetSingle());
    }

    private static async Task<float> DirectAsync(AppProcess app, string model, int version, int number) => (await AskAsync(app, model, number, version)).Probability;

    private async Task<List<Said>> ShadowsAsync(AppProcess app, string model)
    {
        await SettledAsync(app);
        var blobs = new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        var join = new PredictionJoin(new(blobs, NullLogger<PredictionReader>.Instance), new(blobs, NullLogger<PredictionReader>.Instance));
        var query = new PredictionQuery(ModelName.Parse(model), DateTimeOffset.MinValue, DateTimeOffset.MaxValue) { Variant = "shadow" };
        var said = new List<Said>();
        await foreach (var batch in join.ReadAsync(query, new(true, []), new(), TestContext.Current.CancellationToken))
            for (var row = 0; row < batch.Length; row++)
                said.Add(new(PredictionId.Parse(Text(batch, "id", row)), ((Int32Array)batch.Column("version")).GetValue(row)!.Value, ((Int32Array)batch.Column("status")).GetValue(row)!.Value,
                    Text(batch, "problem", row), (batch.Column("output_probabilities_1") as FloatArray)?.GetValue(row), Text(batch, "label", row)));
        return said;
    }

    private static async Task<int> CountAsync(AppProcess app, string model, string filter, Dictionary<PredictionId, int> ids)
    {
        var text = await app.Client.GetStringAsync(new Uri(app.Address, $"/models/{model}/predictions?columns=id&pageSize=10000{filter}"));
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => ids.ContainsKey(PredictionId.Parse(JsonDocument.Parse(line).RootElement.GetProperty("id").GetString())));
    }

    private static async Task<JsonElement> SettledAsync(AppProcess app)
    {
        await SuiteCalls.UntilAsync("no shadow waits", async () => (await ShadowHealthAsync(app)).GetProperty("queued").GetInt64() == 0);
        await SuiteCalls.UntilAsync("what shadows said is durable", async () => (await ShadowHealthAsync(app)).GetProperty("pendingRows").GetInt64() == 0);
        await SuiteCalls.UntilAsync("all rows are durable", async () => (await app.Client.HealthAsync()).GetProperty("predictions").GetProperty("pending").GetInt64() == 0);
        return await ShadowHealthAsync(app);
    }

    private static async Task<JsonElement> ShadowHealthAsync(AppProcess app) => (await app.Client.HealthAsync()).GetProperty("shadows");

    private static long Dropped(JsonElement health, string reason) => health.GetProperty("dropped").GetProperty(reason).GetInt64();

    private static long Run(JsonElement health) => health.GetProperty("run").GetInt64();

    private static string? Text(RecordBatch batch, string column, int row) => (batch.Column(column) as StringArray)?.GetString(row);

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"person {number}");

    // Every third has a capital gain: without one, one of the models answers NaN.
    private static string Body(int number, int rows)
    {
        var row = Enumerable.Range(0, Features.Length).Select(at => at switch { 0 => 20 + Math.Abs(number) % 50, 1 => 9, 2 => number % 3 == 0 ? 5000 : 0, 4 => 40, 5 => number & 1, _ => 0 });
        return $$"""{"inputs":[{"name":"input","shape":[{{rows}},{{Features.Length}}],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Repeat(string.Join(',', row), rows))}}]}]}""";
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private sealed record Said(PredictionId Id, int Version, int Status, string? Problem, float? Probability, string? Label);
}
