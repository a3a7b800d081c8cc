using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Queues;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Monitoring;
using Serverless.App.Tests.Rollout;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>What metrics show of alerts, rollouts, outboxes, poison queues and labels, on a storage of their own: another test's application would work the queues off.</summary>
public sealed class StateMetricsTests : IAsyncLifetime
{
    private readonly AzuriteFixture azurite = new();

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public ValueTask DisposeAsync() => azurite.DisposeAsync();

    [Fact]
    public async Task Alert_AndItsWebhook_AreShownAsTheyMove()
    {
        await using var hook = await Hook.StartAsync();
        hook.Failures = 2;
        await using var topic = await Topic.StartAsync(Topic.Manner.Accept);
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, AlertSuite.Settings([.. topic.Settings, ("Telemetry:Refresh", "00:00:00.2")]));
        await using var scan = new AlertSuite(azurite.ConnectionString);
        using var put = await app.Client.PutAsJsonAsync("/webhooks/pager", new { url = hook.Address + "/", secret = "a secret of enough letters" });
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        var fired = await scan.ObserveAsync("iris", 0, breached: true);
        await UntilAsync(app, "mlops_alerts", 1, ("model", "iris"), ("monitor", "drift"), ("state", "firing"));
        await UntilAsync(app, "mlops_webhook_deliveries_total", 1, ("outcome", "delivered"));
        Assert.Equal(2, (await Scrape.OfAsync(app)).Sum("mlops_webhook_deliveries_total", ("outcome", "failed")));
        using var taken = await app.Client.PostAsJsonAsync($"/models/iris/alerts/{fired!.Id}/acknowledge", new { });
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        await UntilAsync(app, "mlops_alerts", 1, ("model", "iris"), ("state", "acknowledged"));
        Assert.Equal(0, Assert.Single((await Scrape.OfAsync(app)).Of("mlops_alerts", ("model", "iris"), ("state", "firing"))).Value);
        await scan.ObserveAsync("iris", 1, breached: false);
        await SuiteCalls.UntilAsync("no alert is open", async () => !(await Scrape.OfAsync(app)).Of("mlops_alerts").Any());
    }

    [Fact]
    public async Task Outbox_ShowsWhatWaits_UntilItIsTold()
    {
        await using var topic = await Topic.StartAsync(Topic.Manner.Refuse);
        await using var app = await StartAsync(topic.Settings);
        Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync("waiting", SuiteCalls.Onnx(Files.Model("iris_lr")))).Status);
        await SuiteCalls.UntilAsync("its events are seen to wait", async () => (await Scrape.OfAsync(app)).Sum("mlops_outbox_pending", ("outbox", "changes")) > 0);
        await SuiteCalls.UntilAsync("they grow old", async () => (await Scrape.OfAsync(app)).Sum("mlops_outbox_oldest_age_seconds", ("outbox", "changes")) > 0);
        Assert.InRange((await Scrape.OfAsync(app)).Sum("mlops_events_published_total", ("outcome", "failed")), 1, double.MaxValue);
        Assert.Equal(0, (await Scrape.OfAsync(app)).Sum("mlops_events_published_total", ("outcome", "ok")));
        topic.Become(Topic.Manner.Accept);
        await UntilAsync(app, "mlops_outbox_pending", 0, ("outbox", "changes"));
        await SuiteCalls.UntilAsync("they are told", async () => (await Scrape.OfAsync(app)).Sum("mlops_events_published_total", ("outcome", "ok")) >= topic.Arrived.Count && !topic.Arrived.IsEmpty);
    }

    [Fact]
    public async Task PoisonedMessages_AreCountedByTheQueueTheyCameFrom()
    {
        await using var app = await StartAsync();
        var queue = new QueueClient(azurite.ConnectionString, "rollout-requests-poison", new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05));
        await queue.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        for (var message = 0; message < 3; message++) await queue.SendMessageAsync("what nobody could do", TestContext.Current.CancellationToken);
        await UntilAsync(app, "mlops_poison_messages", 3, ("queue", "rollout-requests"));
    }

    [Fact]
    public async Task Rollouts_AreShownWhereTheyStand_AndTheirDecisionsCounted()
    {
        await using var app = await StartAsync();
        var waiting = await AwaitingApprovalAsync(app);
        await UntilAsync(app, "mlops_rollout_state", 1, ("model", waiting), ("version", "2"), ("state", "awaiting_approval"));
        using var approved = await app.Client.PostAsJsonAsync($"/models/{waiting}/rollout/approve", new { reason = "fine" });
        Assert.True(approved.IsSuccessStatusCode, await approved.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await SuiteCalls.UntilAsync("it has moved on", async () => !(await Scrape.OfAsync(app)).Of("mlops_rollout_state", ("model", waiting), ("state", "awaiting_approval")).Any());

        var census = new CensusModel(app);
        await census.RegisterAsync("adult_champion", "adult_fewer_inputs");
        await census.EvaluationAsync();
        await census.StartAsync(2);
        await census.ReachAsync("rejected");
        await UntilAsync(app, "mlops_decisions_total", 1, ("verdict", "stop"));
    }

    [Fact]
    public async Task Labels_AreCountedByWhatBecameOfThem()
    {
        await using var app = await StartAsync();
        Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync("told", SuiteCalls.Onnx(Files.Model("iris_lr")))).Status);
        var never = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        foreach (var kind in (string[])["labels", "outcomes"])
        {
            using var answer = await app.Client.PostAsJsonAsync($"/models/told/{kind}", new { items = new object[] { Item(kind, never), Item(kind, never), new { id = "nonsense", label = "x" } } });
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
            var said = JsonDocument.Parse(text).RootElement;
            var now = await Scrape.OfAsync(app);
            double Counted(string result) => Assert.Single(now.Of("mlops_labels_total", ("kind", kind[..^1]), ("result", result))).Value;
            Assert.Equal(
                (said.GetProperty("accepted").GetDouble(), said.GetProperty("duplicates").GetDouble(), said.GetProperty("unknown").GetDouble(), said.GetProperty("rejected").GetArrayLength()),
                (Counted("accepted"), Counted("duplicate"), Counted("unknown"), Counted("rejected")));
        }
    }

    private static object Item(string kind, Guid id) => kind == "labels" ? new { id = id.ToString(), label = "x" } : new { id = id.ToString(), name = "revenue", value = 1 };

    private static async Task<string> AwaitingApprovalAsync(AppProcess app)
    {
        var model = $"asked-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        foreach (var file in (string[])["adult_champion", "adult_equal"]) Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync(model, SuiteCalls.Onnx(Files.Model(file)))).Status);
        using var policy = await app.Client.PutAsJsonAsync($"/models/{model}/policy", new
        {
            rollout = new { start = "onRequest", validation = new { enabled = false }, shadow = new { enabled = false }, release = new { strategy = "allAtOnce" }, approvals = new { required = "one" } },
        });
        Assert.True(policy.IsSuccessStatusCode, await policy.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var started = await app.Client.PostAsJsonAsync($"/models/{model}/rollouts", new { version = 2 });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        return model;
    }

    private Task<AppProcess> StartAsync(params (string, string)[] settings) => SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings([("Telemetry:Refresh", "00:00:00.2"), .. settings]));

    private static Task UntilAsync(AppProcess app, string name, double value, params (string, string)[] labels) =>
        SuiteCalls.UntilAsync($"{name} of {string.Join(", ", labels)} is {value}", async () => await Scrape.OfAsync(app) is var now && now.Of(name, labels).Any() && now.Sum(name, labels) == value);
}
