using System.Text.RegularExpressions;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Predictions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.App.Tests.Telemetry;

/// <summary>What a collector is told of the running application: one trace from its caller to the last thing that came of it.</summary>
public sealed class TracesTests(TracedSuite suite) : IClassFixture<TracedSuite>
{
    private const int RowsADay = 1_500;
    private static readonly string[] Features = ["day", "period", "nswdemand", "vicprice", "vicdemand", "transfer"];

    [Fact]
    public async Task Request_WithItsCallersTrace_IsOneTraceDownToTheLog()
    {
        var (model, trace) = (await suite.RegisterAsync("iris_lr"), TracedSuite.NewTrace());
        await suite.SendAsync(HttpMethod.Post, $"/v2/models/{model}/infer", TracedSuite.Iris, trace);
        var spans = await suite.Receiver.TraceAsync(trace, "the log write", spans => spans.Any(span => span.Name == "append predictions") && spans.Any(span => span.Kind == OtlpSpan.Server));
        var request = Assert.Single(spans, span => span.Kind == OtlpSpan.Server);
        Assert.Equal(TracedSuite.CallersSpan, request.Parent);
        Assert.Equal(("v2/models/{model}/infer", "POST v2/models/{model}/infer"), (request["http.route"], request.Name));
        Assert.Equal((model, "1", "champion", "200"), (request["mlops.model.name"], request["mlops.model.version"], request["mlops.variant"], request["http.response.status_code"]));
        var steps = spans.Where(span => span.Source == "Serverless.Inference").OrderBy(span => span.Start).ThenBy(span => span.End).ToArray();
        Assert.Equal(["answer", "compute", "queue", "read", "route"], steps.Select(step => step.Name).Order());
        Assert.All(steps, step => Assert.Equal(request.Id, step.Parent));
        Assert.True(steps[0].Name == "route" && steps[0].Start >= request.Start, "The steps begin with the route.");
        var append = Assert.Single(spans, span => span.Name == "append predictions");
        Assert.Equal((request.Id, "1", "1"), (append.Parent, append["mlops.log.rows"], append["mlops.log.attempts"]));
        // What storage was asked for on its way is below it, and names no secret.
        await suite.Receiver.TraceAsync(trace, "the call to storage", spans => spans.Any(span => span.Source == "System.Net.Http" && span.Parent == append.Id));
        Assert.DoesNotContain(suite.Receiver.Spans.SelectMany(span => span.Tags.Values), value => value.Contains("sig=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Change_GoesOnByEventAndQueue_InTheTraceOfItsCaller()
    {
        var (model, trace) = (await suite.RegisterAsync("iris_lr", 2), TracedSuite.NewTrace());
        await suite.SendAsync(HttpMethod.Put, $"/models/{model}/aliases/champion", new { version = 2 }, trace);
        var spans = await suite.Receiver.TraceAsync(trace, "the queue's function", spans => spans.Any(span => span.Name == "process rollout-requests"));
        var change = Assert.Single(spans, span => span.Name == "change model");
        Assert.Equal((model, "AliasMoved"), (change["mlops.model.name"], change["mlops.actions"]));
        Assert.Contains(spans, span => span is { Name: "publish Serverless.Registry.AliasMoved", Kind: OtlpSpan.Producer } && IsBelow(spans, span, change));
        var told = spans.Where(span => span is { Name: "process Serverless.Registry.AliasMoved", Kind: OtlpSpan.Consumer }).ToArray();
        Assert.Contains(told, span => span.Source == "Serverless.Registry");
        var heard = Assert.Single(told, span => span.Source == "Serverless.Rollout");
        Assert.Equal($"models/{model}/aliases/champion", heard["cloudevents.event_subject"]);
        Assert.Equal(heard.Id, Assert.Single(spans, span => span is { Name: "process rollout-requests", Kind: OtlpSpan.Consumer }).Parent);
        var audit = await suite.App.Client.JsonAsync($"/models/{model}/audit");
        Assert.Contains(trace, audit.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alert_ThatAScanRaises_IsOneTraceWithTheRollbackThatItCauses()
    {
        var (model, trace) = (await suite.RegisterAsync("elec2_rf50", 2), TracedSuite.NewTrace());
        await suite.SendAsync(HttpMethod.Put, $"/models/{model}/policy", Policy(), TracedSuite.NewTrace(), recorded: false);
        var today = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        await WriteAsync(ModelName.Parse(model), today);
        await suite.SendAsync(HttpMethod.Post, $"/models/{model}/rollouts", new { version = 2 }, TracedSuite.NewTrace(), recorded: false);
        await SuiteCalls.UntilAsync("version 2 is champion", async () => await ChampionAsync(model) == 2);

        await suite.SendAsync(HttpMethod.Post, $"/models/{model}/scans", new { monitor = "feature-drift", from = today.AddDays(-1), to = today }, trace);
        await SuiteCalls.UntilAsync("version 1 is champion again", async () => await ChampionAsync(model) == 1);
        string[] expected =
        [
            "process scan-requests", "scan window", "move alert", "process Serverless.Monitoring.AlertFired", "process rollout-requests", "move rollout", "change model",
        ];
        // What a span stands below may end, and be sent, after it.
        var spans = await suite.Receiver.TraceAsync(trace, "the rollback", spans =>
            spans.Any(span => span.Name == "judge rollout") && spans.FirstOrDefault(Flips) is { } last && expected.All(name => Way(spans, last).Any(span => span.Name == name)));
        var flip = spans.First(Flips);
        var way = Way(spans, flip).Select(span => span.Name).ToArray();
        Assert.Equal(expected, way.Where(expected.Contains).SkipWhile(name => name == expected[0]).Prepend(expected[0]));
        Assert.Contains(spans, span => span.Name == "publish Serverless.Monitoring.AlertFired");
        var scan = Assert.Single(spans, span => span.Name == "scan window");
        Assert.Equal((model, "feature-drift", "Breached"), (scan["mlops.model.name"], scan["mlops.monitor.name"], scan["mlops.finding.verdict"]));
        Assert.Contains(spans, span => span.Name == "judge rollout" && span["mlops.decision.outcome"] == "Stop");
        Assert.Contains(spans, span => span.Name == "move rollout" && span["mlops.rollout.stage"] == "RolledBack");
    }

    [Fact]
    public async Task Request_WhoseCallerDoesNotRecord_ExportsNothing()
    {
        var (model, silent, recorded) = (await suite.RegisterAsync("iris_lr"), TracedSuite.NewTrace(), TracedSuite.NewTrace());
        await suite.SendAsync(HttpMethod.Post, $"/v2/models/{model}/infer", TracedSuite.Iris, silent, recorded: false);
        await suite.SendAsync(HttpMethod.Put, $"/models/{model}", new { description = "quiet" }, silent, recorded: false);
        await suite.SendAsync(HttpMethod.Post, $"/v2/models/{model}/infer", TracedSuite.Iris, recorded);
        await suite.Receiver.TraceAsync(recorded, "the request that is recorded", spans => spans.Any(span => span.Name == "append predictions"));
        await SuiteCalls.UntilAsync("the change's event is handled", async () => (await suite.App.Client.JsonAsync($"/models/{model}/audit")).GetRawText().Contains(silent, StringComparison.Ordinal));
        Assert.DoesNotContain(suite.Receiver.Spans, span => span.Trace == silent || span.Links.Any(link => link.Trace == silent));
    }

    [Fact]
    public async Task RequestsWithoutATrace_AreRecordedByTheRatio_AndProbesNever()
    {
        await using var app = await SuiteCalls.StartAsync(suite.Storage, SuiteCalls.Settings([.. suite.Receiver.Settings, ("Tracing:RequestsPerSecond", "1000000"), ("OTEL_SERVICE_NAME", "ratio")]));
        var model = await suite.RegisterAsync("iris_lr");
        await app.Client.GetAsync("/v2/health/live");
        await TracedSuite.SendAsync(app, HttpMethod.Post, $"/v2/models/{model}/infer", TracedSuite.Iris, null);
        await SuiteCalls.UntilAsync("the request is exported", () => Task.FromResult(suite.Receiver.Spans.Any(span => span.Kind == OtlpSpan.Server && span["mlops.model.name"] == model)));
        Assert.DoesNotContain(suite.Receiver.Spans, span => span["url.path"] is "/v2/health/live");
        // The host asks its queues all the time: those calls belong to nothing.
        Assert.DoesNotContain(suite.Receiver.Spans, span => span is { Source: "System.Net.Http", Parent: "" });
    }

    [Fact]
    public async Task MetricsAndLogs_AreExportedToo()
    {
        var (model, trace) = (await suite.RegisterAsync("iris_lr"), TracedSuite.NewTrace());
        await suite.SendAsync(HttpMethod.Put, $"/models/{model}/aliases/blue", new { version = 1 }, trace);
        await SuiteCalls.UntilAsync("the log record comes with its trace", () => Task.FromResult(suite.Receiver.Logs.Any(log => log.Contains($"{model} alias blue points at version 1", StringComparison.Ordinal) && log.Contains(trace, StringComparison.Ordinal))));
        await suite.SendAsync(HttpMethod.Post, $"/v2/models/{model}/infer", TracedSuite.Iris, trace, recorded: false);
        string[] pushed = ["mlops.requests", "mlops.request.duration", "mlops.queue.time", "mlops.compute.time", "mlops.computed"];
        await SuiteCalls.UntilAsync("metrics come", () => Task.FromResult(pushed.All(suite.Receiver.Metrics.Contains)));
        // What is pushed is not on the page twice.
        Assert.Single(Regex.Matches(await suite.App.Client.GetStringAsync("/metrics"), "^# TYPE mlops_request_duration_seconds ", RegexOptions.Multiline));
    }

    private static bool Flips(OtlpSpan span) => span.Name == "change model" && span["mlops.actions"]!.Contains("AliasMoved", StringComparison.Ordinal);

    private static bool IsBelow(OtlpSpan[] spans, OtlpSpan span, OtlpSpan above) => Way(spans, span).Contains(above);

    /// <summary>From the trace's beginning down to a span.</summary>
    private static List<OtlpSpan> Way(OtlpSpan[] spans, OtlpSpan span)
    {
        var way = new List<OtlpSpan>();
        for (var at = span; at is not null; at = spans.FirstOrDefault(other => other.Id == at.Parent)) way.Insert(0, at);
        return way;
    }

    private static object Policy()
    {
        object off = new { enabled = false };
        return new
        {
            logging = new { flushAfter = "PT0.1S" },
            monitoring = new { monitors = new Dictionary<string, object> { ["feature-drift"] = new { alert = new { severity = "critical" } } } },
            rollout = new { validation = off, shadow = off, release = new { strategy = "allAtOnce" }, watch = "P1D" },
        };
    }

    private async Task<int> ChampionAsync(string model) => (await suite.App.Client.JsonAsync($"/models/{model}/aliases/champion")).GetProperty("version").GetInt32();

    /// <summary>Five days of rows; on the last one a feature has moved.</summary>
    private async Task WriteAsync(ModelName model, DateTimeOffset today)
    {
        await using var log = new DirectLog(suite.Storage);
        var schema = PredictionSchema.Of(new(1, Digest.Of(new byte[32]), 1, new Signature(
            [new("input", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(Features.Length, null)])],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]), Features, null, false), new LoggingPolicy());
        for (var day = 5; day >= 1; day--)
        {
            var random = new Random(day);
            await log.WriteAsync(model, schema, today.AddDays(-day).AddHours(12), RowsADay, entry =>
            {
                entry.Tensor<float>(0, [.. Enumerable.Range(0, RowsADay * Features.Length).Select(at => random.NextSingle() + (at % Features.Length == 2 && day == 1 ? 1 : 0))]);
                entry.Tensor<long>(1, [.. Enumerable.Range(0, RowsADay).Select(_ => (long)random.Next(2))]);
            });
        }
        await log.Log.FlushAsync(TestContext.Current.CancellationToken);
    }
}
