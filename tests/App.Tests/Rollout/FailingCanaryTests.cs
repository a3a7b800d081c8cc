using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Telemetry;
using Serverless.Testing;

namespace Serverless.App.Tests.Rollout;

/// <summary>A canary that fails while it runs: no caller is failed for it, and it is sent back for what it did.</summary>
public sealed class FailingCanaryTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int People = 120;
    private AppProcess app = null!;

    public async ValueTask InitializeAsync() => app = await SuiteCalls.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Canary_ThatFails_FailsNoCaller_AndIsSentBackByTheGuardrailOnErrors()
    {
        var census = new CensusModel(app);
        // The second one knows no number from 3 on.
        foreach (var onnx in (byte[][])[TinyOnnx.Plus(1), TinyOnnx.Table(10, 20, 30)])
        {
            var (status, body) = await app.Client.RegisterAsync(census.Name, SuiteCalls.Onnx(onnx));
            Assert.True(status == HttpStatusCode.Created, body.GetRawText());
        }

        foreach (var version in (int[])[1, 2]) await app.Client.JsonAsync($"/v2/models/{census.Name}/versions/{version}/ready");
        await census.PolicyAsync(new { validation = Off, shadow = Off, release = new { stepSize = 0.5, bakingTime = "P1D" }, guardrails = new { latency = Off } });
        await census.StartAsync(2);
        await census.ReachAsync("canary");
        await SuiteCalls.UntilAsync("the canary meets callers", async () => (await Task.WhenAll(Enumerable.Range(0, 20).Select(number => AskAsync(census.Name, number, 1)))).Any(answer => answer is { Variant: "canary", Value: 20 }));

        var answers = await Task.WhenAll(Enumerable.Range(0, People).Select(number => AskAsync(census.Name, number, 5)));
        Assert.All(answers, answer => Assert.Equal(("champion", "1", 6), (answer.Variant, answer.Version, answer.Value)));
        Assert.All(answers, answer => Assert.True(answer.Route is null or "arm-fails", answer.Route));
        var failed = answers.Where(answer => answer.Route is not null).ToArray();
        Assert.InRange(failed.Length, People / 5, People * 4 / 5);
        await AssertLoggedAsync(census.Name, failed);
        Assert.Equal(failed.Length, (await Scrape.OfAsync(app)).Sum("mlops_retreats_total", ("model", census.Name), ("version", "2"), ("variant", "canary")));

        var ended = await census.ReachAsync("rolledBack");
        Assert.StartsWith("The guardrail errors is broken: ", ended.GetProperty("ended").GetString(), StringComparison.Ordinal);
        await census.ExplainAsync("release", "stop");
        await SuiteCalls.UntilAsync("callers are back", async () => await AskAsync(census.Name, failed[0].Number, 5) is { Variant: null, Route: null, Version: "1" });
        await census.AuditAsync();
    }

    private static object Off { get; } = new { enabled = false };

    // The answer under the id that the caller was told; the failure under an id of its own, which names the answer.
    private async Task AssertLoggedAsync(string model, Answer[] failed)
    {
        await SuiteCalls.UntilAsync("all rows are durable", async () => (await app.Client.HealthAsync()).GetProperty("predictions").GetProperty("pending").GetInt64() == 0);
        var text = await app.Client.GetStringAsync(new Uri(app.Address, $"/models/{model}/predictions?columns=id,version,status,variant,reason,problem,correlation_id,input_x&pageSize=10000"));
        var rows = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var (answered, fallen) = (rows.ToDictionary(row => Text(row, "id")!), rows.Where(row => Text(row, "variant") == "canary" && Text(row, "status") == "500").ToDictionary(row => Text(row, "correlation_id")!));
        Assert.Equal(failed.Select(answer => answer.Id).Order(), fallen.Keys.Order());
        foreach (var answer in failed)
        {
            Assert.Equal(("1", "200", "champion", "arm-fails", "5"), (Text(answered[answer.Id], "version"), Text(answered[answer.Id], "status"), Text(answered[answer.Id], "variant"), Text(answered[answer.Id], "reason"), Text(answered[answer.Id], "input_x")));
            Assert.Equal(("2", "split", null), (Text(fallen[answer.Id], "version"), Text(fallen[answer.Id], "reason"), Text(fallen[answer.Id], "input_x")));
            Assert.StartsWith("urn:serverless-mlops:problem:", Text(fallen[answer.Id], "problem"), StringComparison.Ordinal);
        }
    }

    private static string? Text(JsonElement row, string column) => row.TryGetProperty(column, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

    private async Task<Answer> AskAsync(string model, int number, float x)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, $"/v2/models/{model}/infer"))
        {
            Content = JsonContent.Create(new { inputs = new[] { new { name = "x", shape = new[] { 1, 1 }, datatype = "FP32", data = new[] { x } } } }),
        };
        request.Headers.Add("x-routing-key", string.Create(CultureInfo.InvariantCulture, $"person {number}"));
        using var answer = await app.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        string? Header(string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
        return new(number, Header("x-prediction-id")!, Header("x-model-variant"), Header("x-model-version")!, Header("x-model-route"), JsonDocument.Parse(text).RootElement.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle());
    }

    private sealed record Answer(int Number, string Id, string? Variant, string Version, string? Route, float Value);
}
