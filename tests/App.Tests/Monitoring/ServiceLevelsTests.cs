using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Telemetry;
using Serverless.Core.Registry;
using Serverless.Testing;

namespace Serverless.App.Tests.Monitoring;

/// <summary>Objectives over HTTP, with a model that fails in earnest: its graph takes one row, and raises at run time on two.</summary>
public sealed class ServiceLevelsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly TimeSpan AfterTheMinute = TimeSpan.FromSeconds(2);

    private readonly string model = $"slo-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
    private AppProcess app = null!;
    private DateTimeOffset looked;

    public async ValueTask InitializeAsync() => app = await SuiteCalls.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Model_ThatFails_PagesAndIsOverAfterItsRecovery()
    {
        await RegisterAsync(TinyOnnx.OneRow());
        // What the log keeps has no part in it: nothing.
        await SendAsync(HttpMethod.Put, "/policy", new
        {
            logging = new { mode = "off" },
            monitoring = new { slos = new { availability = new { page = new { rules = new[] { new { burn = 14.4, @long = "PT1H", @short = "PT1M" } } } } } },
        }, HttpStatusCode.OK);
        await SuiteCalls.UntilAsync("the objective's policy answers", async () => await InferAsync(1) == HttpStatusCode.OK);
        for (var request = 0; request < 150; request++) Assert.Equal(HttpStatusCode.InternalServerError, await InferAsync(2));
        await SuiteCalls.UntilAsync("the page fires", async () => await LookAsync() && await StatusAsync() == "firing");

        var alert = (await AlertsAsync()).Single();
        Assert.Equal(("slo.availability.page", "critical", "operations"), (Text(alert, "monitor"), Text(alert, "severity"), Text(alert, "signal")));
        var found = (await app.Client.JsonAsync($"/models/{model}/findings?monitor=slo.availability.page&verdict=breached")).GetProperty("items")[0];
        var finding = await app.Client.JsonAsync($"/models/{model}/findings/{Text(found, "id")}");
        var check = finding.GetProperty("checks")[0];
        Assert.Equal(("availability.1h", 14.4), (Text(check, "subject"), check.GetProperty("threshold").GetDouble()));
        Assert.InRange(check.GetProperty("value").GetDouble(), 190, 200);
        Assert.Contains("of 151 requests failed", Text(finding, "summary"), StringComparison.Ordinal);
        // An instance shows what it looked at itself; other tests' instances on this storage may have come first since the requests failed.
        var rate = 0.0;
        await SuiteCalls.UntilAsync("this instance has looked", async () => await LookAsync() && (rate = (await Scrape.OfAsync(app)).Sum("mlops_slo_burn_rate", ("model", model), ("slo", "availability"), ("window", "1h"))) > 0);
        Assert.InRange(rate, 190, 200);
        using var report = await app.Client.GetAsync($"/models/{model}/findings/{Text(found, "id")}/report");
        Assert.Equal(HttpStatusCode.OK, report.StatusCode);

        await SuiteCalls.UntilAsync("it is over", async () =>
        {
            Assert.Equal(HttpStatusCode.OK, await InferAsync(1));
            return await LookAsync() && await StatusAsync() == "resolved";
        });
    }

    [Fact]
    public async Task Candidate_ThatBurnsTheBudget_IsSentBack()
    {
        await RegisterAsync(TinyOnnx.Identity(ElementType.Float, -1));
        await RegisterAsync(TinyOnnx.OneRow());
        var off = new { enabled = false };
        await SendAsync(HttpMethod.Put, "/policy", new
        {
            rollout = new
            {
                validation = off,
                shadow = off,
                release = new { stepSize = 0.5, bakingTime = "PT1H" },
                guardrails = new Dictionary<string, object> { ["errors"] = off, ["latency"] = off, ["alerts"] = off, ["burn"] = new { expression = "operations.burn.5m.lower <= 10" } },
            },
        }, HttpStatusCode.OK);
        await SendAsync(HttpMethod.Post, "/rollouts", new { version = 2 }, HttpStatusCode.Accepted);
        var failed = 0;
        await SuiteCalls.UntilAsync("callers meet the candidate, which fails", async () => await IsCoveredAsync() && ++failed > 20);
        await SuiteCalls.UntilAsync("it is sent back", async () => Text(await RolloutAsync(), "stage") == "rolledBack");
        Assert.Contains("burn fails: operations.burn.5m.lower <= 10", (await RolloutAsync()).GetRawText().Replace("\\u003C", "<", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(1, (await app.Client.JsonAsync($"/models/{model}/aliases/champion")).GetProperty("version").GetInt32());
        await SuiteCalls.UntilAsync("no caller meets it any more", async () =>
        {
            var covered = 0;
            for (var request = 0; request < 20; request++) covered += await IsCoveredAsync() ? 1 : 0;
            return covered == 0;
        });
    }

    // Each minute that is over is looked at once, when instances have stored it.
    private async Task<bool> LookAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        var end = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 60 * 60);
        if (end == looked || now < end + AfterTheMinute) return end == looked;
        looked = end;
        await SendAsync(HttpMethod.Post, "/scans", new { monitor = "slo.availability.page", from = end - TimeSpan.FromSeconds(1), to = end }, HttpStatusCode.Accepted);
        return true;
    }

    private async Task<string?> StatusAsync() => (await AlertsAsync()).Select(alert => Text(alert, "status")).FirstOrDefault();

    private async Task<JsonElement[]> AlertsAsync() => [.. (await app.Client.JsonAsync($"/alerts?state=all&model={model}")).GetProperty("items").EnumerateArray()];

    private async Task<JsonElement> RolloutAsync() => (await app.Client.JsonAsync($"/models/{model}/rollouts")).GetProperty("items")[0];

    private async Task RegisterAsync(byte[] onnx)
    {
        var (status, body) = await app.Client.RegisterAsync(model, SuiteCalls.Onnx(onnx));
        Assert.True(status == HttpStatusCode.Created, body.GetRawText());
        await app.Client.JsonAsync($"/v2/models/{model}/versions/{body.GetProperty("version").GetInt32()}/ready");
    }

    // The champion answers what the candidate fails; no caller is failed.
    private async Task<bool> IsCoveredAsync()
    {
        using var answer = await AskAsync(2);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.Contains("x-model-route");
    }

    private async Task<HttpStatusCode> InferAsync(int rows)
    {
        using var answer = await AskAsync(rows);
        return answer.StatusCode;
    }

    private Task<HttpResponseMessage> AskAsync(int rows) => app.Client.PostAsJsonAsync($"/v2/models/{model}/infer", new { inputs = new[] { new { name = "x", shape = new[] { rows }, datatype = "FP32", data = Enumerable.Repeat(1f, rows) } } });

    private async Task SendAsync(HttpMethod method, string path, object body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, $"/models/{model}{path}") { Content = JsonContent.Create(body) };
        using var answer = await app.Client.SendAsync(request);
        Assert.True(answer.StatusCode == expected, $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private static string? Text(JsonElement element, string member) => element.GetProperty(member).GetString();
}
