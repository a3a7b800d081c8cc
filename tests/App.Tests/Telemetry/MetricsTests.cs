using System.Net;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Inference;
using Serverless.Core.Registry;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>What the running application says of itself after a known set of requests: exact counts, in a form that Prometheus reads.</summary>
public sealed class MetricsTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Requests = "mlops_requests_total";

    [Fact]
    public async Task KnownRequests_AreCountedExactly_ByModelVersionVariantProtocolAndOutcome()
    {
        await using var app = await StartAsync();
        var model = await IrisAsync(app, "counted");
        var start = TimeProvider.System.GetTimestamp();
        await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 3, 4), HttpStatusCode.OK, times: 5);
        await AskAsync(app, $"/v2/models/{model}/versions/1/infer", Infer("input", 1, 4), HttpStatusCode.OK, times: 2);
        await AskAsync(app, $"/v1/models/{model}:predict", """{"instances":[[5.1,3.5,1.4,0.2],[5.1,3.5,1.4,0.2]]}""", HttpStatusCode.OK, times: 3);
        await AskAsync(app, $"/models/{model}/predict", """{"rows":[{"a":1,"b":2,"c":3,"d":4}]}""", HttpStatusCode.OK, times: 4);
        await AskAsync(app, $"/models/{model}/invocations", """{"dataframe_split":{"columns":["a","b","c","d"],"data":[[1,2,3,4]]}}""", HttpStatusCode.OK, times: 6);
        await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 1, 3), HttpStatusCode.BadRequest, times: 2);
        await AskAsync(app, "/v2/models/nobody/infer", Infer("input", 1, 4), HttpStatusCode.NotFound, times: 7);
        var longest = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        // A request is counted when its answer is out: the last one's may come a moment before that.
        await SuiteCalls.UntilAsync("all are counted", async () => (await Scrape.OfAsync(app)).Sum(Requests) == 29);

        var now = await Scrape.OfAsync(app);
        (string, string) Named(string label, string value) => (label, value);
        foreach (var (protocol, variant, outcome, count) in new[] { ("v2", "champion", "ok", 5), ("v2", "named", "ok", 2), ("v1", "champion", "ok", 3), ("rows", "champion", "ok", 4), ("mlflow", "champion", "ok", 6), ("v2", "champion", "refused", 2), ("v2", "champion", "failed", 0), ("v2", "champion", "abandoned", 0) })
            Assert.Equal(count, Assert.Single(now.Of(Requests, Named("model", model), Named("version", "1"), Named("variant", variant), Named("protocol", protocol), Named("outcome", outcome))).Value);
        Assert.Equal(7, now.Sum(Requests, ("model", "(none)"), ("outcome", "refused"), ("protocol", "v2")));
        Assert.Equal([15 + 6 + 4 + 6, 2], new[] { "champion", "named" }.Select(variant => now.Sum("mlops_rows_total", ("model", model), ("variant", variant))));
        Assert.Equal(20, now.Sum("mlops_runs_total", ("model", model)));
        AssertHistogram(now, "mlops_request_duration_seconds", model, 22, longest);
        AssertHistogram(now, "mlops_compute_duration_seconds", model, 20, longest);
        AssertHistogram(now, "mlops_queue_duration_seconds", model, 20, longest);
        Assert.Equal((0, 0), (now.Sum("mlops_requests_in_flight", ("model", model)), now.Sum("mlops_queue_depth", ("model", model))));
        Assert.Equal((1, 1), (now.Sum("mlops_sessions"), now.Sum("mlops_session_loads_total", ("outcome", "ok"))));
        Assert.InRange(now.Sum("mlops_session_memory_bytes"), 1, now.Sum("mlops_session_memory_limit_bytes"));
        Assert.Equal(33 + 2, now.Sum("mlops_log_rows_total", ("log", "predictions"), ("state", "accepted")));
        Assert.Equal(1, now.Sum("mlops_build_info"));
    }

    [Fact]
    public async Task Pages_AreReadByPrometheus_AndTheNativeOneKeepsItsRules()
    {
        await using var app = await StartAsync();
        var model = await IrisAsync(app, "with space.and-dash");
        await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 1, 4), HttpStatusCode.OK);
        await SuiteCalls.UntilAsync("it is counted", async () => (await Scrape.OfAsync(app)).Sum(Requests) == 1);
        var native = await Scrape.OfAsync(app);
        MetricsDocument.AssertTells(MetricsDocument.Native, native);
        Assert.Empty(MetricsDocument.Native.Keys.Where(name => !name.StartsWith("mlops_", StringComparison.Ordinal)).Except(native.Types.Keys));
        var (code, says) = await Promtool.RunAsync(native.Text, "check", "metrics");
        Assert.True(code == 0, says);
        // Triton's and Seldon's names break Prometheus' rules of naming; the page must be read all the same.
        var compatible = await Scrape.OfAsync(app, "/metrics/compat");
        MetricsDocument.AssertTells(MetricsDocument.Compatible, compatible);
        (code, says) = await Promtool.RunAsync(compatible.Text, "check", "metrics");
        Assert.True(code is 0 or 3, says);
        Assert.DoesNotContain("error while linting", says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestsThatTheModelCannotAnswer_AreFailed()
    {
        await using var app = await StartAsync();
        var model = await RegisterAsync(app, "slow", "adult_slow");
        await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 1, 8), HttpStatusCode.OK);
        await PutAsync(app, $"/models/{model}/policy", """{"serving":{"timeout":"PT0.02S"}}""");
        await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 100_000, 8), HttpStatusCode.GatewayTimeout, times: 2);
        await SuiteCalls.UntilAsync("all are counted", async () => (await Scrape.OfAsync(app)).Sum(Requests) == 3);
        var now = await Scrape.OfAsync(app);
        Assert.Equal((1, 2), (now.Sum(Requests, ("model", model), ("outcome", "ok")), now.Sum(Requests, ("model", model), ("outcome", "failed"))));
        var compatible = await Scrape.OfAsync(app, "/metrics/compat");
        Assert.Equal((1, 2), (compatible.Sum("nv_inference_request_success", ("model", model)), compatible.Sum("nv_inference_request_failure", ("model", model), ("reason", "BACKEND"))));
    }

    [Fact]
    public async Task SplitAndShadow_AreCountedWhereTheyWent()
    {
        const int Callers = 40;
        await using var app = await StartAsync();
        var model = await RegisterAsync(app, "split", "adult_champion", "adult_equal", "adult_better");
        for (var version = 1; version <= 3; version++) await app.Client.JsonAsync($"/v2/models/{model}/versions/{version}/ready");
        var split = new TrafficSplit("s", TrafficKey.Caller, [new("canary", 2, 0.5)], [new(3, 1)]);
        await Splits.SetAsync(azurite.ConnectionString, model, split);
        await SuiteCalls.UntilAsync("the split is there", async () => await AskOnceAsync(app, model, "probe") is not null);
        // A request is counted when its answer is out: the probes, then, are all counted when none is under way.
        await SuiteCalls.UntilAsync("the probes are counted", async () => (await Scrape.OfAsync(app)).Sum("mlops_requests_in_flight") == 0);
        var before = await Scrape.OfAsync(app);
        foreach (var caller in Enumerable.Range(0, Callers)) await AskOnceAsync(app, model, $"person {caller}");
        await SuiteCalls.UntilAsync("all are counted", async () => await Scrape.OfAsync(app) is var seen && Ended(seen) - Ended(before) == Callers && seen.Sum("mlops_shadow_queue_depth") == 0);

        var now = await Scrape.OfAsync(app);
        Assert.InRange(Followed(now), Callers, Ended(now));
        var canary = Enumerable.Range(0, Callers).Count(caller => split.Choose($"person {caller}") is not null);
        double Grown(string variant) => now.Sum(Requests, ("model", model), ("variant", variant), ("outcome", "ok")) - before.Sum(Requests, ("model", model), ("variant", variant), ("outcome", "ok"));
        Assert.Equal((canary, Callers - canary), (Grown("canary"), Grown("champion")));
        Assert.All(now.Of(Requests, ("variant", "canary")), one => Assert.Equal("2", one["version"]));
        Assert.Equal(now.Sum("mlops_shadow_requests_total", ("version", "3"), ("outcome", "answered")), now.Sum("mlops_compute_duration_seconds_count", ("variant", "shadow")));
        Assert.Equal([0.5, 0.5, 1], new[] { "champion", "canary", "shadow" }.Select(variant => now.Sum("mlops_rollout_traffic_share_ratio", ("model", model), ("variant", variant))));
        // Dashboards of systems without shadows see callers' requests only.
        var compatible = await Scrape.OfAsync(app, "/metrics/compat");
        Assert.Equal(now.Sum(Requests), compatible.Sum("nv_inference_request_success"));
        Assert.Equal(now.Sum("mlops_compute_duration_seconds_count") - now.Sum("mlops_compute_duration_seconds_count", ("variant", "shadow")), compatible.Sum("request_predict_seconds_count", ("model_name", model)));

        double Ended(Scrape scrape) => scrape.Sum(Requests, ("model", model));
        double Followed(Scrape scrape) => scrape.Sum("mlops_shadow_requests_total", ("model", model), ("version", "3"));
    }

    [Fact]
    public async Task CompatibleNames_HaveTheSameFigures()
    {
        await using var app = await StartAsync();
        var model = await IrisAsync(app, "same");
        await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 3, 4), HttpStatusCode.OK, times: 4);
        await AskAsync(app, $"/v2/models/{model}/versions/1/infer", Infer("input", 1, 4), HttpStatusCode.OK);
        await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 1, 3), HttpStatusCode.BadRequest, times: 2);
        await SuiteCalls.UntilAsync("all are counted", async () => (await Scrape.OfAsync(app)).Sum(Requests) == 7);
        var (native, now) = (await Scrape.OfAsync(app), await Scrape.OfAsync(app, "/metrics/compat"));
        var version = new[] { ("model", model), ("version", "1") };
        Assert.Equal(5, Assert.Single(now.Of("nv_inference_request_success", version)).Value);
        Assert.Equal(2, Assert.Single(now.Of("nv_inference_request_failure", [.. version, ("reason", "REJECTED")])).Value);
        Assert.Equal(13, Assert.Single(now.Of("nv_inference_count", version)).Value);
        Assert.Equal(5, Assert.Single(now.Of("nv_inference_exec_count", version)).Value);
        foreach (var (theirs, ours) in new[] { ("request", "request"), ("queue", "queue"), ("compute_infer", "compute") })
            Assert.Equal(Math.Round(native.Sum($"mlops_{ours}_duration_seconds_sum") * 1e6), Assert.Single(now.Of($"nv_inference_{theirs}_duration_us", version)).Value, 1.0);
        Assert.Equal(0, Assert.Single(now.Of("nv_inference_pending_request_count", ("model", model))).Value);
        Assert.Equal(5, Assert.Single(now.Of("request_predict_seconds_count", ("model_name", model))).Value);
        Assert.Equal((5, 2), (now.Sum("seldon_model_infer_total", ("model", model), ("code", "200")), now.Sum("seldon_model_infer_total", ("model", model), ("code", "400"))));
        Assert.Equal(7, now.Sum("seldon_model_infer_api_seconds_count"));
        Assert.Equal(1, now.Sum("seldon_loaded_model_gauge"));
        Assert.Equal("histogram", now.Types["seldon_model_infer_api_seconds"]);
    }

    [Fact]
    public async Task Labels_AreBounded_AndNoRequestIsLost()
    {
        await using var app = await StartAsync(("Telemetry:MaxSeries", "3"));
        string[] models = [.. await Task.WhenAll(Enumerable.Range(0, 6).Select(number => IrisAsync(app, $"many-{number}")))];
        foreach (var model in models) await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 1, 4), HttpStatusCode.OK, times: 2);
        await SuiteCalls.UntilAsync("all are counted", async () => (await Scrape.OfAsync(app)).Sum(Requests) == 12);
        var now = await Scrape.OfAsync(app);
        Assert.Equal(6, now.Sum(Requests, ("model", "(other)"), ("version", "(other)"), ("variant", "(other)")));
        Assert.Equal(6, now.Sum("mlops_request_duration_seconds_count", ("model", "(other)")));
        Assert.All(now.Samples.Where(sample => sample["model"].Length > 0).GroupBy(sample => sample.Name), name => Assert.InRange(name.Select(sample => sample["model"]).Distinct().Count(), 1, 4));
        Assert.Equal((3, 3), (now.Sum("mlops_metrics_series_limit"), now.Sum("mlops_metrics_folded_total")));
    }

    [Fact]
    public async Task Metrics_TurnedOff_AreNotThere()
    {
        await using var app = await StartAsync(("Telemetry:Metrics", "false"));
        var model = await IrisAsync(app, "off");
        await AskAsync(app, $"/v2/models/{model}/infer", Infer("input", 1, 4), HttpStatusCode.OK);
        foreach (var path in (string[])["/metrics", "/metrics/compat"]) Assert.Equal(HttpStatusCode.NotFound, await app.Client.StatusAsync(path));
    }

    private static void AssertHistogram(Scrape scrape, string name, string model, double count, double longest)
    {
        Assert.Equal(count, scrape.Sum(name + "_count", ("model", model)));
        Assert.InRange(scrape.Sum(name + "_sum", ("model", model)), double.Epsilon, count * longest);
        foreach (var series in scrape.Of(name + "_bucket", ("model", model)).GroupBy(bucket => bucket["variant"]))
        {
            Assert.Equal("+Inf", series.Last()["le"]);
            Assert.Equal(series.Select(bucket => bucket.Value).Order(), series.Select(bucket => bucket.Value));
            Assert.Equal(scrape.Sum(name + "_count", ("model", model), ("variant", series.Key)), series.Last().Value);
        }
    }

    private Task<AppProcess> StartAsync(params (string, string)[] settings) => SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings([("Telemetry:Refresh", "00:00:00.2"), .. settings]));

    private static async Task<string> IrisAsync(AppProcess app, string name)
    {
        var model = $"{name} {Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        using var form = new MultipartFormDataContent
        {
            { new StringContent("""{"featureNames":["a","b","c","d"]}""", Encoding.UTF8, "application/json"), "metadata" },
            { SuiteCalls.Onnx(Files.Model("iris_lr")), "model", "model.onnx" },
        };
        Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync(model, form)).Status);
        return model;
    }

    private static async Task<string> RegisterAsync(AppProcess app, string name, params string[] files)
    {
        var model = $"{name}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        foreach (var file in files) Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync(model, SuiteCalls.Onnx(Files.Model(file)))).Status);
        return model;
    }

    private static async Task AskAsync(AppProcess app, string path, string body, HttpStatusCode expected, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            using var answer = await app.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }

    // The variant that answered; null where there is no split.
    private static async Task<string?> AskOnceAsync(AppProcess app, string model, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, $"/v2/models/{model}/infer")) { Content = new StringContent(Infer("input", 1, 8), Encoding.UTF8, "application/json") };
        request.Headers.Add("x-routing-key", key);
        using var answer = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.TryGetValues("x-model-variant", out var variants) ? variants.Single() : null;
    }

    private static async Task PutAsync(AppProcess app, string path, string body)
    {
        using var answer = await app.Client.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string Infer(string input, int rows, int columns) => JsonSerializer.Serialize(new
    {
        inputs = new[] { new { name = input, shape = new[] { rows, columns }, datatype = "FP32", data = Enumerable.Range(0, rows * columns).Select(at => at % 70 / 10f) } },
    });
}
