using System.Net;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Predictions;
using Serverless.App.Tests.Telemetry;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.App.Tests.Monitoring;

/// <summary>From the log to the alert, as a user sees it: a scan over a past range, its progress, findings, a report, series, an alert; and what is refused.</summary>
public sealed class ScansOverHttpTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private const int RowsADay = 1_500;
    private static readonly string[] Features = ["day", "period", "nswdemand", "vicprice", "vicdemand", "transfer"];
    private readonly Suite suite = new(azurite);

    public ValueTask InitializeAsync() => suite.InitializeAsync();

    public ValueTask DisposeAsync() => suite.DisposeAsync();

    [Fact]
    public async Task ScanOverAWeek_FindsTheDayThatMoved_AndAlerts()
    {
        var today = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var model = await RegisterAsync();
        await WriteAsync(model, today, moved: 1);
        var scan = await suite.SendAsync(HttpMethod.Post, $"/models/{model}/scans", new { monitor = "feature-drift", from = today.AddDays(-5), to = today }, HttpStatusCode.Accepted);
        Assert.Equal((5, "running"), (scan.GetProperty("windows").GetInt32(), scan.GetProperty("status").GetString()));
        await SuiteCalls.UntilAsync("the scan is done", async () => (await suite.GetAsync($"/models/{model}/scans/{scan.GetProperty("id")}")).GetProperty("status").GetString() == "done");

        var findings = (await suite.GetAsync($"/models/{model}/findings?monitor=feature-drift&from={today.AddDays(-5).UtcDateTime:O}")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(["breached", "ok", "ok", "ok", "notComparable"], findings.Select(finding => finding.GetProperty("verdict").GetString()));
        Assert.StartsWith("nswdemand: median", findings[0].GetProperty("summary").GetString(), StringComparison.Ordinal);
        var id = findings[0].GetProperty("id").GetString();
        var whole = await suite.GetAsync($"/models/{model}/findings/{id}");
        Assert.Equal("nswdemand", whole.GetProperty("checks")[0].GetProperty("subject").GetString());
        using var report = await suite.App.Client.GetAsync($"/models/{model}/findings/{id}/report", TestContext.Current.CancellationToken);
        Assert.Equal("text/html", report.Content.Headers.ContentType!.MediaType);
        Assert.Contains("nswdemand", await report.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Assert.Contains("feature-drift/nswdemand/drift", (await suite.GetAsync($"/models/{model}/series")).GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        var points = (await suite.GetAsync($"/models/{model}/series?name=feature-drift/nswdemand/drift")).GetProperty("points").EnumerateArray().ToArray();
        Assert.Equal(4, points.Length);
        Assert.True(points[^1].GetProperty("value").GetDouble() > 0.3);
        var alert = Assert.Single((await suite.GetAsync($"/alerts?model={model}")).GetProperty("items").EnumerateArray());
        Assert.Equal(("firing", "feature-drift"), (alert.GetProperty("status").GetString(), alert.GetProperty("monitor").GetString()));
        Assert.Contains("nswdemand", (await suite.GetAsync($"/models/{model}/alerts/{alert.GetProperty("id")}")).GetProperty("diagnosis").GetRawText(), StringComparison.Ordinal);

        var shown = await Scrape.OfAsync(suite.App);
        Assert.Equal([1, 3, 1], new[] { "breached", "ok", "not_comparable" }.Select(verdict => shown.Sum("mlops_scans_total", ("monitor", "feature-drift"), ("verdict", verdict))));
        Assert.Equal(5, shown.Sum("mlops_scan_duration_seconds_count", ("monitor", "feature-drift")));
        Assert.Equal(points[^1].GetProperty("value").GetDouble(), Assert.Single(shown.Of("mlops_scan_score", ("model", model.Value), ("monitor", "feature-drift"), ("subject", "nswdemand"), ("check", "drift"))).Value, 1e-9);
        Assert.InRange(shown.Sum("mlops_scan_breaches", ("model", model.Value), ("monitor", "feature-drift")), 1, Features.Length);
        Assert.InRange(shown.Sum("mlops_scan_last_success_timestamp_seconds", ("model", model.Value), ("monitor", "feature-drift")), today.ToUnixTimeSeconds(), today.AddDays(2).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task TimersRunByHand_ScanWhatIsDue()
    {
        var today = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var model = await RegisterAsync();
        await WriteAsync(model, today, moved: 0);
        foreach (var timer in (string[])["ScanDrift", "ScanDataQuality", "ScanOperations"])
            await suite.SendAsync(HttpMethod.Post, $"/admin/functions/{timer}", new { input = "" }, HttpStatusCode.Accepted);
        string[] monitors = ["data-quality", "feature-drift", "label-drift", "operations", "prediction-drift"];
        await SuiteCalls.UntilAsync("every monitor has a finding", async () =>
            !monitors.Except((await suite.GetAsync($"/models/{model}/findings")).GetProperty("items").EnumerateArray().Select(finding => finding.GetProperty("monitor").GetString()!)).Any());
    }

    [Theory]
    [InlineData("""{"monitor":"guess"}""", "monitor")]
    [InlineData("""{"from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}""", "from")]
    [InlineData("""{"to":"2999-01-01T00:00:00Z"}""", "to")]
    [InlineData("""{"from":"1999-01-01T00:00:00Z"}""", "from")]
    [InlineData("""{"monitor":"feature-drift","from":"2026-01-01T01:00:00Z","to":"2026-01-01T02:00:00Z"}""", "from")]
    public async Task ScansThatCannotBe_AreRefused(string order, string where)
    {
        var problem = await suite.SendAsync(HttpMethod.Post, $"/models/{await RegisterAsync()}/scans", JsonDocument.Parse(order).RootElement, HttpStatusCode.BadRequest);
        Assert.Equal(where, problem.GetProperty("where").GetString());
    }

    [Fact]
    public async Task WhatIsNotThere_IsNotFound()
    {
        var model = await RegisterAsync();
        foreach (var path in (string[])[$"/models/{model}/scans/{Guid.Empty}", $"/models/{model}/findings/{Guid.Empty}", $"/models/{model}/findings/x/report", "/models/nobody/findings", "/models/nobody/series"])
            await suite.SendAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound);
        await suite.SendAsync(HttpMethod.Get, $"/models/{model}/findings?from=yesterday", null, HttpStatusCode.BadRequest);
        await suite.SendAsync(HttpMethod.Get, $"/models/{model}/findings?verdict=3", null, HttpStatusCode.BadRequest);
        await suite.SendAsync(HttpMethod.Get, $"/models/{model}/findings?pageToken=x", null, HttpStatusCode.BadRequest);
    }

    /// <summary>Five days of rows; on the last one feature may have moved.</summary>
    private async Task WriteAsync(ModelName model, DateTimeOffset today, float moved)
    {
        await using var log = new DirectLog(azurite.ConnectionString);
        var schema = PredictionSchema.Of(new(1, Digest.Of(new byte[32]), 1, new Signature(
            [new("input", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(Features.Length, null)])],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]), Features, null, false), new LoggingPolicy());
        for (var day = 5; day >= 1; day--)
        {
            var random = new Random(day);
            await log.WriteAsync(model, schema, today.AddDays(-day).AddHours(12), RowsADay, entry =>
            {
                entry.Tensor<float>(0, [.. Enumerable.Range(0, RowsADay * Features.Length).Select(at => random.NextSingle() + (at % Features.Length == 2 && day == 1 ? moved : 0))]);
                entry.Tensor<long>(1, [.. Enumerable.Range(0, RowsADay).Select(_ => (long)random.Next(2))]);
            });
        }
        await log.Log.FlushAsync(TestContext.Current.CancellationToken);
    }

    private async Task<ModelName> RegisterAsync()
    {
        var name = $"s{Guid.CreateVersion7(DateTimeOffset.UnixEpoch):N}";
        using var answer = await suite.RegisterAsync(name, "elec2_rf50");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return ModelName.Parse(name);
    }
}
