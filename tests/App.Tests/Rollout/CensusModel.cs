using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.Testing;

namespace Serverless.App.Tests.Rollout;

/// <summary>A model of the census with its versions, its callers, and its rollouts, all over HTTP. Whatever a caller is told, it is an answer.</summary>
internal sealed class CensusModel(AppProcess app)
{
    private static readonly string[] Ends = ["rejected", "rolledBack", "retired"];

    public string Name { get; } = $"census-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";

    public List<string> Ids { get; } = [];

    public List<bool> Truth { get; } = [];

    /// <summary>What was answered: whether the person earns that much.</summary>
    public List<bool> Said { get; } = [];

    public async Task RegisterAsync(params string[] files)
    {
        foreach (var file in files)
        {
            var features = file == "adult_fewer_inputs" ? Census.Names[..6] : Census.Names;
            using var form = new MultipartFormDataContent
            {
                { JsonContent.Create(new { featureNames = features, classLabels = new[] { "0", "1" }, task = "binaryClassification" }), "metadata" },
                { new ByteArrayContent(Files.Model(file)) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "model", "model.onnx" },
            };
            using var answer = await app.Client.PostAsync($"/models/{Name}/versions", form);
            Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
            var version = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("version").GetInt32();
            await app.Client.JsonAsync($"/v2/models/{Name}/versions/{version}/ready");
        }
    }

    public Task<JsonElement> PolicyAsync(object rollout) => SendAsync(HttpMethod.Put, "/policy", new { logging = new { flushAfter = "PT0.1S" }, rollout });

    public async Task PolicyAsync(string yaml)
    {
        using var content = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        using var answer = await app.Client.PutAsync($"/models/{Name}/policy", content);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Puts the census itself in force as the evaluation set.</summary>
    public async Task EvaluationAsync()
    {
        var table = new StringBuilder(string.Join(',', [.. Census.Names, "sex", "label"])).Append('\n');
        foreach (var row in Census.Rows) table.Append(CultureInfo.InvariantCulture, $"{string.Join(',', row.Features)},{row.Sex},{(row.Earns ? 1 : 0)}\n");
        using var csv = new StringContent(table.ToString(), Encoding.UTF8, "text/csv");
        using var answer = await app.Client.PutAsync($"/models/{Name}/evaluation?label=label&sensitive=sex&slices=age,sex", csv);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    public Task<JsonElement> StartAsync(int version) => SendAsync(HttpMethod.Post, "/rollouts", new { version }, HttpStatusCode.Accepted);

    public Task<JsonElement> GetAsync(string path) => app.Client.JsonAsync($"/models/{Name}{path}");

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, new Uri(app.Address, $"/models/{Name}{path}")) { Content = JsonContent.Create(body) };
        using var answer = await app.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>One caller's request.</summary>
    public async Task<(string? Variant, string Version)> AskAsync(string key, IReadOnlyList<CensusRow> rows, AppProcess? host = null)
    {
        var body = new
        {
            rows = rows.Select(row => Census.Names.Zip(row.Features).ToDictionary(pair => pair.First, pair => pair.Second)),
            segment = rows.Select(row => new { sex = row.Sex }),
            key,
        };
        using var answer = await (host ?? app).Client.PostAsJsonAsync($"/models/{Name}/predict", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode} {text}");
        var ids = answer.Headers.GetValues("x-prediction-id").Single().Split(',');
        lock (Ids)
        {
            Ids.AddRange(ids.Length == rows.Count ? ids : Enumerable.Range(0, rows.Count).Select(row => string.Create(CultureInfo.InvariantCulture, $"{ids[0]}:{row}")));
            Truth.AddRange(rows.Select(row => row.Earns));
            Said.AddRange(JsonDocument.Parse(text).RootElement.GetProperty("predictions").EnumerateArray().Select(prediction => prediction.TryGetProperty("label", out var label) && label.ToString() == "1"));
        }

        return (answer.Headers.TryGetValues("x-model-variant", out var variants) ? variants.Single() : null, answer.Headers.GetValues("x-model-version").Single());
    }

    /// <summary>Replays the census, a batch for each caller.</summary>
    public async Task ReplayAsync(int rows, int batch, string prefix = "caller")
    {
        foreach (var (number, part) in Census.Rows.Take(rows).Chunk(batch).Index()) await AskAsync($"{prefix} {number}", part);
    }

    /// <summary>Who answers each of some callers.</summary>
    public async Task<Dictionary<string, string?>> WhoAsync(int callers)
    {
        var who = new Dictionary<string, string?>();
        for (var number = 0; number < callers; number++) who[$"person {number}"] = (await AskAsync($"person {number}", [Census.Rows[number]])).Variant;
        return who;
    }

    /// <summary>Says what was true of all that was asked so far, and not said yet.</summary>
    public async Task LabelAsync()
    {
        await SuiteCalls.UntilAsync("all rows are durable", async () => (await app.Client.HealthAsync()).GetProperty("predictions").GetProperty("pending").GetInt64() == 0);
        foreach (var part in Ids.Zip(Truth).Chunk(5_000))
        {
            using var csv = new StringContent("id,label\n" + string.Concat(part.Select(said => $"{said.First},{(said.Second ? 1 : 0)}\n")), Encoding.UTF8, "text/csv");
            using var answer = await app.Client.PostAsync($"/models/{Name}/labels", csv);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
            Assert.Equal(part.Length, JsonDocument.Parse(text).RootElement.GetProperty("accepted").GetInt32());
        }
        Forget();
    }

    /// <summary>Says what came of all that was asked so far, and not said yet; null where nothing did.</summary>
    public async Task OutcomeAsync(string name, Func<bool, bool, bool?> came)
    {
        await SuiteCalls.UntilAsync("all rows are durable", async () => (await app.Client.HealthAsync()).GetProperty("predictions").GetProperty("pending").GetInt64() == 0);
        var known = Ids.Select((id, at) => (Id: id, Came: came(Truth[at], Said[at]))).Where(one => one.Came is not null);
        foreach (var part in known.Chunk(5_000))
        {
            using var csv = new StringContent("id,name,value\n" + string.Concat(part.Select(one => $"{one.Id},{name},{(one.Came == true ? 1 : 0)}\n")), Encoding.UTF8, "text/csv");
            using var answer = await app.Client.PostAsync($"/models/{Name}/outcomes", csv);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
            Assert.Equal(part.Length, JsonDocument.Parse(text).RootElement.GetProperty("accepted").GetInt32());
        }
        Forget();
    }

    private void Forget()
    {
        Ids.Clear();
        Truth.Clear();
        Said.Clear();
    }

    public async Task WakeAsync()
    {
        using var answer = await app.Client.PostAsJsonAsync("/admin/functions/AdvanceRollouts", new { input = "" });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    /// <summary>Wakes rollouts until this one is where it should come to; anywhere else that it ends, it fails with what was said.</summary>
    public async Task<JsonElement> ReachAsync(string what, Func<JsonElement, bool> reached)
    {
        var (looks, rollout) = (0, default(JsonElement));
        await SuiteCalls.UntilAsync(what, async () =>
        {
            if (looks++ % 10 == 0) await WakeAsync();
            rollout = await GetAsync("/rollout");
            if (reached(rollout)) return true;
            Assert.False(Ends.Contains(Stage(rollout)), rollout.GetRawText());
            return false;
        });
        return rollout;
    }

    public Task<JsonElement> ReachAsync(string stage) => ReachAsync(stage, rollout => Stage(rollout) == stage);

    public static string Stage(JsonElement rollout) => rollout.GetProperty("stage").GetString()!;

    /// <summary>The newest decision of a stage and outcome, whole; decided again from what is kept, it comes to the same.</summary>
    public async Task<JsonElement> ExplainAsync(string stage, string outcome)
    {
        var all = (await GetAsync("/decisions?pageSize=100")).GetProperty("items").EnumerateArray();
        var found = all.FirstOrDefault(one => one.GetProperty("stage").GetString() == stage && one.GetProperty("outcome").GetString() == outcome);
        Assert.True(found.ValueKind == JsonValueKind.Object, $"There is no decision {stage} {outcome}: {string.Join('\n', all.Select(one => one.GetRawText()))}");
        var whole = await GetAsync($"/decisions/{found.GetProperty("id").GetString()}");
        Assert.True(whole.GetProperty("recomputed").GetBoolean(), whole.GetRawText());
        Assert.Equal(found.GetProperty("words").GetString(), whole.GetProperty("words").GetString());
        return whole;
    }

    public async Task<int> ChampionAsync() => (await GetAsync("/aliases/champion")).GetProperty("version").GetInt32();

    public Task AuditAsync() => app.Client.AssertAuditAsync(Name);
}
