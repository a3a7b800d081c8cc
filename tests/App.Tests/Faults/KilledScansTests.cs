using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Queues;
using Serverless.App.Tests.Monitoring;
using Serverless.App.Tests.Predictions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>
/// The host dies by SIGKILL again and again in the middle of a scan over the past and while it delivers alerts, and the queue's messages come twice and in any
/// order: each window ends with one finding, each step of an alert is recorded once and told.
/// </summary>
public sealed class KilledScansTests : IAsyncLifetime
{
    private const int Hours = 48, RowsAnHour = 200, Kills = 6;
    private const string Monitor = "feature-drift";
    private static readonly string[] Features = ["day", "period", "nswdemand", "vicprice", "vicdemand", "transfer"];
    private readonly AzuriteFixture azurite = new();
    private readonly ModelName model = ModelName.Parse("prices");
    private readonly Random random = new(5);

    private const string Policy = """
        {"monitoring":{"monitors":{
          "feature-drift":{"window":{"length":"PT1H"},"reference":{"kind":"previous"}},
          "prediction-drift":{"enabled":false},"label-drift":{"enabled":false},"data-quality":{"enabled":false},"operations":{"enabled":false}}}}
        """;

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public ValueTask DisposeAsync() => azurite.DisposeAsync();

    [Fact]
    public async Task ScanOverThePast_KilledAgainAndAgain_EndsWithOneFindingAWindow_AndEachAlertTold()
    {
        await using var hook = await Hook.StartAsync();
        await using var topic = await Topic.StartAsync(Topic.Manner.Accept);
        var settings = AlertSuite.Settings([.. topic.Settings, ("FunctionsHost:QueueLease", "00:00:01"), ("AzureFunctionsJobHost:extensions:queues:maxDequeueCount", "100")]);
        var to = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddHours(-24);
        var app = await SuiteCalls.StartAsync(azurite.ConnectionString, settings);
        try
        {
            await PrepareAsync(app.Client, hook);
            await WriteAsync(to);
            var scan = await RequestAsync(app.Client, to);
            await RepeatMessagesAsync(scan, to);
            for (var (kill, enough) = (0, 0); kill < Kills; kill++)
            {
                // Every other time while a receiver holds a delivery in its hands.
                hook.Hangs = kill % 2 == 1;
                enough += random.Next(1, 6);
                await SuiteCalls.UntilAsync($"{enough} windows are done", async () => await DoneAsync(app.Client, scan) >= enough);
                app.Kill();
                await app.DisposeAsync();
                app = await SuiteCalls.StartAsync(azurite.ConnectionString, settings);
            }

            hook.Hangs = false;
            Assert.InRange(await DoneAsync(app.Client, scan), Kills, Hours - 1);
            await SuiteCalls.UntilAsync("the scan is done", async () => await DoneAsync(app.Client, scan) == Hours);
            await SuiteCalls.UntilAsync("every message is worked off", async () => (await Queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount == 0);
            await AssertFindingsAsync(app.Client, to);
            await AssertAlertsAsync(app.Client, hook, topic);
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    private QueueClient Queue => new(azurite.ConnectionString, "scan-requests", new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05) { MessageEncoding = QueueMessageEncoding.None });

    private async Task PrepareAsync(HttpClient client, Hook hook)
    {
        var (status, _) = await client.RegisterAsync(model.Value, SuiteCalls.Onnx(await File.ReadAllBytesAsync(Suite.Model("elec2_rf50.onnx"))));
        Assert.Equal(HttpStatusCode.Created, status);
        using var policy = await client.PutAsync($"/models/{model}/policy", new StringContent(Policy, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.OK, policy.StatusCode);
        using var pager = await client.PutAsJsonAsync("/webhooks/pager", new { url = hook.Address + "/", secret = "a secret of enough letters" });
        Assert.Equal(HttpStatusCode.Created, pager.StatusCode);
    }

    /// <summary>Whether demand is another than in the hour before: in every eighth hour, and in the last.</summary>
    private static bool Moves(int hour) => hour % 8 == 7;

    private async Task WriteAsync(DateTimeOffset to)
    {
        await using var log = new DirectLog(azurite.ConnectionString);
        var schema = PredictionSchema.Of(new(1, Digest.Of(new byte[32]), 1, new Signature(
            [new("input", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(Features.Length, null)])],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]), Features, null, false), new LoggingPolicy());
        for (var (hour, demand) = (-1, 0); hour < Hours; hour++)
        {
            demand += hour >= 0 && Moves(hour) ? 1 : 0;
            await log.WriteAsync(model, schema, to.AddHours(hour - Hours + 0.5), RowsAnHour, entry =>
            {
                entry.Tensor<float>(0, [.. Enumerable.Range(0, RowsAnHour * Features.Length).Select(at => random.NextSingle() + (at % Features.Length == 2 ? demand : 0))]);
                entry.Tensor<long>(1, new long[RowsAnHour]);
            });
        }
        await log.Log.FlushAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> RequestAsync(HttpClient client, DateTimeOffset to)
    {
        using var answer = await client.PostAsJsonAsync($"/models/{model}/scans", new { monitor = Monitor, from = to.AddHours(-Hours), to });
        var scan = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.Accepted, Hours), (answer.StatusCode, scan.GetProperty("windows").GetInt32()));
        return scan.GetProperty("id").GetString()!;
    }

    /// <summary>What a queue may do: every window's message once more, in another order, and the scan's own again.</summary>
    private async Task RepeatMessagesAsync(string scan, DateTimeOffset to)
    {
        var messages = Enumerable.Range(0, Hours).Select(hour => JsonSerializer.Serialize(new { model = model.Value, monitor = Monitor, to = to.AddHours(-hour), scan }))
            .Append(JsonSerializer.Serialize(new { model = model.Value, scan })).ToArray();
        random.Shuffle(messages);
        foreach (var message in messages) await Queue.SendMessageAsync(message, TestContext.Current.CancellationToken);
    }

    private async Task<int> DoneAsync(HttpClient client, string scan) => (await client.JsonAsync($"/models/{model}/scans/{scan}")).GetProperty("done").GetInt32();

    private async Task AssertFindingsAsync(HttpClient client, DateTimeOffset to)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"from={to.AddHours(-Hours).UtcDateTime:O}&to={to.UtcDateTime:O}");
        var findings = (await client.JsonAsync($"/models/{model}/findings?monitor={Monitor}&{range}&pageSize=100")).GetProperty("items").EnumerateArray()
            .OrderBy(finding => finding.GetProperty("window").GetProperty("to").GetDateTimeOffset()).ToArray();
        Assert.Equal(Enumerable.Range(1, Hours).Select(hour => to.AddHours(hour - Hours)), findings.Select(finding => finding.GetProperty("window").GetProperty("to").GetDateTimeOffset()));
        Assert.Equal(Enumerable.Range(0, Hours).Select(hour => Moves(hour) ? "breached" : "ok"), findings.Select(finding => finding.GetProperty("verdict").GetString()));
        Assert.All(findings, finding => Assert.Equal((1, RowsAnHour), (finding.GetProperty("revision").GetInt32(), finding.GetProperty("rows").GetInt32())));
        foreach (var finding in findings) Assert.Equal(HttpStatusCode.OK, await client.StatusAsync($"/models/{model}/findings/{finding.GetProperty("id")}"));
    }

    /// <summary>What is recorded was told, and nothing else was: a step that was decided and not committed is no step.</summary>
    private async Task AssertAlertsAsync(HttpClient client, Hook hook, Topic topic)
    {
        var alerts = new List<JsonElement>();
        foreach (var one in (await client.JsonAsync($"/alerts?model={model}&state=all&pageSize=100")).GetProperty("items").EnumerateArray())
            alerts.Add((await client.JsonAsync($"/models/{model}/alerts/{one.GetProperty("id")}")).GetProperty("alert"));
        var steps = alerts.SelectMany(alert => alert.GetProperty("history").EnumerateArray()).Select(step => (Id: step.GetProperty("id").GetGuid(), To: step.GetProperty("to").GetString())).ToArray();
        Assert.Equal(steps.Length, steps.Select(step => step.Id).Distinct().Count());
        Assert.Contains(steps, step => step.To == "firing");
        // The newest window is in breach.
        Assert.Single(alerts, alert => alert.GetProperty("status").GetString() == "firing");
        var told = steps.Where(step => step.To != "pending").Select(step => step.Id).ToHashSet();
        await SuiteCalls.UntilAsync("every step is delivered", () => Task.FromResult(told.All(step => hook.Calls.Any(call => call.Id == step.ToString()))));
        await SuiteCalls.UntilAsync("the topic hears of every step", () => Task.FromResult(told.All(topic.Arrived.ContainsKey)));
        Assert.Subset(told, hook.Calls.Select(call => Guid.Parse(call.Id)).ToHashSet());
    }
}
