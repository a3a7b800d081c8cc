using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.Testing;

namespace Serverless.App.Tests.Rollout;

/// <summary>Evaluation sets that are cut from labelled production data, over HTTP, and what they stop.</summary>
public sealed class EvaluationCutTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private AppProcess app = null!;

    public async ValueTask InitializeAsync() => app = await SuiteCalls.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Census_CutFromTheLog_StopsTheWorseCandidateAndLetsTheBetterOnePass()
    {
        var census = new CensusModel(app);
        await census.RegisterAsync("adult_champion", "adult_worse", "adult_better");
        await census.PolicyAsync(new { validation = new { gates = NoLatency }, shadow = new { minimumDays = 0 }, newer = "reject" });
        // The first rows say nothing of the sex: a caller who began to send it later.
        using var early = await app.Client.PostAsJsonAsync($"/models/{census.Name}/predict", new { rows = Census.Rows.Take(50).Select(row => Census.Names.Zip(row.Features).ToDictionary(pair => pair.First, pair => pair.Second)) });
        Assert.Equal(HttpStatusCode.OK, early.StatusCode);
        census.Ids.AddRange(early.Headers.GetValues("x-prediction-id").Single().Split(','));
        census.Truth.AddRange(Census.Rows.Take(50).Select(row => row.Earns));
        await census.LabelAsync();
        await census.ReplayAsync(6_000, 100);
        await census.LabelAsync();
        await census.ReplayAsync(500, 100, "never labelled");

        var now = TimeProvider.System.GetUtcNow();
        var plain = await census.SendAsync(HttpMethod.Put, "/evaluation", new { from = now.AddHours(-2), to = now.AddHours(1) });
        Assert.True(plain.GetProperty("rows").GetInt32() == 6_050, plain.GetRawText());
        var set = await census.SendAsync(HttpMethod.Put, "/evaluation", new { from = now.AddHours(-2), to = now.AddHours(1), sensitive = new[] { "sex" }, slices = new[] { "sex", "age" } });
        Assert.Equal((6_050, "label"), (set.GetProperty("rows").GetInt32(), set.GetProperty("label").GetString()));
        Assert.StartsWith("log ", set.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal([.. Census.Names.Append("label").Append("sex").Order(StringComparer.Ordinal)], set.GetProperty("columns").EnumerateArray().Select(column => column.GetString()));
        Assert.Equal(set.GetRawText(), (await census.GetAsync("/evaluation")).GetRawText());

        await census.StartAsync(2);
        await census.ReachAsync("rejected");
        var stopped = await census.ExplainAsync("validation", "stop");
        Assert.Contains("performance fails: comparison.score", stopped.GetProperty("words").GetString(), StringComparison.Ordinal);
        var figures = stopped.GetProperty("figures");
        Assert.Equal(6_050, figures.GetProperty("comparison.score").GetProperty("n").GetInt64());
        Assert.Equal(6_000, figures.GetProperty("fairness.sex.demographic_parity_difference").GetProperty("n").GetInt64());
        Assert.Contains(figures.EnumerateObject(), figure => figure.Name.StartsWith("slices.age.", StringComparison.Ordinal));
        await census.StartAsync(3);
        await census.ReachAsync("shadowing");
        await census.ExplainAsync("validation", "proceed");

        var some = await census.SendAsync(HttpMethod.Put, "/evaluation", new { from = now.AddHours(-2), to = now.AddHours(1), rows = 1_000 });
        Assert.InRange(some.GetProperty("rows").GetInt32(), 800, 1_200);
        var none = await census.SendAsync(HttpMethod.Put, "/evaluation", new { from = now.AddYears(-2), to = now.AddYears(-1) }, HttpStatusCode.BadRequest);
        Assert.Contains("no labelled row in this window", none.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var turned = await census.SendAsync(HttpMethod.Put, "/evaluation", new { from = now, to = now.AddHours(-1) }, HttpStatusCode.BadRequest);
        Assert.Contains("from must be before to", turned.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var unknown = await census.SendAsync(HttpMethod.Put, "/evaluation", new { from = now.AddHours(-2), to = now.AddHours(1), sensitive = new[] { "shoe size" } }, HttpStatusCode.BadRequest);
        Assert.Contains("shoe size", unknown.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(some.GetRawText(), (await census.GetAsync("/evaluation")).GetRawText());
        await census.SendAsync(HttpMethod.Post, "/rollout/abort", new { reason = "seen" });
        await census.AuditAsync();
    }

    [Fact]
    public async Task Numbers_CutFromTheLog_StopTheCandidateWithTheLargerError()
    {
        var numbers = new CensusModel(app);
        foreach (var constant in (float[])[0.2f, 0.6f]) await RegisterAsync(numbers.Name, TinyOnnx.Plus(constant));
        await numbers.PolicyAsync(new { validation = new { gates = NoLatency } });
        var truth = Enumerable.Range(0, 300).Select(row => (X: row % 60, True: row % 60 + ((row % 5) - 2) * 0.05)).ToArray();
        using var answer = await app.Client.PostAsJsonAsync($"/models/{numbers.Name}/predict", new { rows = truth.Select(row => new { x = row.X }) });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var id = answer.Headers.GetValues("x-prediction-id").Single();
        await SuiteCalls.UntilAsync("all rows are durable", async () => (await app.Client.HealthAsync()).GetProperty("predictions").GetProperty("pending").GetInt64() == 0);
        using var labels = new StringContent("id,label\n" + string.Concat(truth.Select((row, at) => string.Create(CultureInfo.InvariantCulture, $"{id}:{at},{row.True}\n"))), Encoding.UTF8, "text/csv");
        using var labelled = await app.Client.PostAsync($"/models/{numbers.Name}/labels", labels);
        Assert.Equal(truth.Length, (await labelled.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accepted").GetInt32());

        var now = TimeProvider.System.GetUtcNow();
        var set = await numbers.SendAsync(HttpMethod.Put, "/evaluation", new { from = now.AddHours(-2), to = now.AddHours(1), slices = new[] { "x" } });
        Assert.Equal(truth.Length, set.GetProperty("rows").GetInt32());
        await numbers.StartAsync(2);
        await numbers.ReachAsync("it is validated, or not", rollout => rollout.GetProperty("entered") is var entered && (entered.TryGetProperty("validated", out _) || entered.TryGetProperty("rejected", out _)));
        var stopped = await numbers.ExplainAsync("validation", "stop");
        Assert.Contains("performance fails: comparison.score", stopped.GetProperty("words").GetString(), StringComparison.Ordinal);
        var figures = stopped.GetProperty("figures");
        Assert.InRange(figures.GetProperty("champion.metrics.mae").GetProperty("value").GetDouble(), 0.19, 0.21);
        Assert.InRange(figures.GetProperty("metrics.mae").GetProperty("value").GetDouble(), 0.59, 0.61);
        Assert.InRange(figures.GetProperty("comparison.mae").GetProperty("value").GetDouble(), -0.41, -0.39);
        await numbers.AuditAsync();
    }

    private static object NoLatency { get; } = new { latency = new { enabled = false } };

    private async Task RegisterAsync(string model, byte[] onnx)
    {
        using var form = new MultipartFormDataContent
        {
            { JsonContent.Create(new { featureNames = new[] { "x" }, task = "regression" }), "metadata" },
            { new ByteArrayContent(onnx) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "model", "model.onnx" },
        };
        using var answer = await app.Client.PostAsync($"/models/{model}/versions", form);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }
}
