using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Inference;
using Serverless.App.Tests.Monitoring;
using Serverless.App.Tests.Predictions;
using Serverless.App.Tests.Rollout;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>
/// A suite with everything under way that operators look at: callers by each protocol, right and wrong, a model that is too slow, a split with a shadow, a rollout,
/// labels, a scan that finds something, the alert and the webhook that tell of it, and a message that was given up.
/// </summary>
internal sealed class SuiteInUse : IAsyncDisposable
{
    public const string Iris = "iris";
    private const string Slow = "slow";
    private const string Split = "split";
    private const string Prices = "prices";
    private const int RowsADay = 300;
    private const int SlowRows = 100_000;
    private static readonly string[] Columns = ["day", "period", "nswdemand", "vicprice", "vicdemand", "transfer"];

    private readonly AppProcess app;
    private readonly string storage;
    private readonly Hook hook;
    private readonly CensusModel census;

    private SuiteInUse(AppProcess app, string storage, Hook hook) => (this.app, this.storage, this.hook, census) = (app, storage, hook, new(app));

    /// <summary>Settings under which what is read from storage for metrics is fresh, and webhooks may lead to loopback.</summary>
    public static Dictionary<string, string> Settings(params (string, string)[] more) => AlertSuite.Settings([("Telemetry:Refresh", "00:00:00.5"), .. more]);

    public static async Task<SuiteInUse> StartAsync(AppProcess app, string storage)
    {
        var suite = new SuiteInUse(app, storage, await Hook.StartAsync()) { hook = { Failures = 1 } };
        await suite.SendAsync(HttpMethod.Put, "/webhooks/pager", new { url = suite.hook.Address + "/", secret = "a secret of enough letters" }, HttpStatusCode.Created);
        await suite.RegisterAsync();
        await suite.RollOutAsync();
        await suite.ScanAsync();
        await suite.GiveUpAsync();
        return suite;
    }

    /// <summary>Issues a key.</summary>
    public async Task<string> IssueAsync(string name, string role) =>
        (await SendAsync(HttpMethod.Put, $"/keys/{name}", new { roles = new[] { role } }, HttpStatusCode.Created)).GetProperty("key").GetString()!;

    /// <summary>Callers come until it is over.</summary>
    public async Task GoOnAsync(CancellationToken over)
    {
        for (var turn = 0; !over.IsCancellationRequested; turn++)
        {
            await AskAsync($"/v2/models/{Iris}/infer", Infer("input", 1, 4), HttpStatusCode.OK);
            await AskAsync($"/v2/models/{Iris}/infer", Infer("input", 1, 3), HttpStatusCode.BadRequest);
            await AskAsync($"/v1/models/{Iris}:predict", """{"instances":[[5.1,3.5,1.4,0.2]]}""", HttpStatusCode.OK);
            await AskAsync($"/models/{Iris}/predict", """{"rows":[{"a":1,"b":2,"c":3,"d":4}]}""", HttpStatusCode.OK);
            await AskAsync($"/models/{Iris}/invocations", """{"dataframe_split":{"columns":["a","b","c","d"],"data":[[1,2,3,4]]}}""", HttpStatusCode.OK);
            await AskAsync($"/v2/models/{Split}/infer", Infer("input", 1, 8), HttpStatusCode.OK);
            await census.AskAsync($"person {turn}", [Census.Rows[turn % Census.Rows.Count]]);
            if (turn % 5 == 0) await AskAsync($"/v2/models/{Slow}/infer", Infer("input", SlowRows, 8), HttpStatusCode.GatewayTimeout);
            if (turn % 20 == 0) await census.LabelAsync();
        }
    }

    public ValueTask DisposeAsync() => hook.DisposeAsync();

    private static string Infer(string input, int rows, int columns) =>
        $$"""{"inputs":[{"name":"{{input}}","shape":[{{rows}},{{columns}}],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Repeat("1.5", rows * columns))}}]}]}""";

    private async Task RegisterAsync()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("""{"featureNames":["a","b","c","d"]}""", Encoding.UTF8, "application/json"), "metadata" },
            { SuiteCalls.Onnx(Files.Model("iris_lr")), "model", "model.onnx" },
        };
        Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync(Iris, form)).Status);
        foreach (var (model, file) in new[] { (Slow, "adult_slow"), (Split, "adult_champion"), (Split, "adult_equal"), (Split, "adult_better"), (Prices, "elec2_rf50") })
            Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync(model, SuiteCalls.Onnx(Files.Model(file)))).Status);
        await AskAsync($"/v2/models/{Slow}/infer", Infer("input", 1, 8), HttpStatusCode.OK);
        await SendAsync(HttpMethod.Put, $"/models/{Slow}/policy", new { serving = new { timeout = "PT0.005S" } }, HttpStatusCode.OK);
        await Splits.SetAsync(storage, Split, new TrafficSplit("s", TrafficKey.Request, [new("canary", 2, 0.5)], [new(3, 1)]));
    }

    /// <summary>A candidate that passes the gates and is a canary from then on.</summary>
    private async Task RollOutAsync()
    {
        await census.RegisterAsync("adult_champion", "adult_equal");
        await census.PolicyAsync(new
        {
            shadow = new { enabled = false },
            release = new { stepSize = 0.5, bakingTime = "P1D", minimumRows = 100 },
            guardrails = new { latency = new { enabled = false }, errors = new { enabled = false } },
        });
        await census.StartAsync(2);
        await SuiteCalls.UntilAsync("the candidate is a canary", async () => CensusModel.Stage(await census.GetAsync("/rollout")) == "canary");
    }

    /// <summary>Days of rows, of which the last one is different; a scan of them, and the alert that it makes.</summary>
    private async Task ScanAsync()
    {
        var today = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        await using (var log = new DirectLog(storage))
        {
            var schema = PredictionSchema.Of(new(1, Digest.Of(new byte[32]), 1, new Signature(
                [new("input", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(Columns.Length, null)])],
                [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]), Columns, null, false), new LoggingPolicy());
            for (var day = 3; day >= 1; day--)
            {
                var (random, moved) = (new Random(day), day == 1 ? 2 : 0);
                await log.WriteAsync(ModelName.Parse(Prices), schema, today.AddDays(-day).AddHours(12), RowsADay, entry =>
                {
                    entry.Tensor<float>(0, [.. Enumerable.Range(0, RowsADay * Columns.Length).Select(_ => random.NextSingle() + moved)]);
                    entry.Tensor<long>(1, [.. Enumerable.Range(0, RowsADay).Select(_ => (long)random.Next(2))]);
                });
            }

            await log.Log.FlushAsync(TestContext.Current.CancellationToken);
        }

        await SendAsync(HttpMethod.Post, $"/models/{Prices}/scans", new { monitor = "feature-drift", from = today.AddDays(-2), to = today }, HttpStatusCode.Accepted);
        await SuiteCalls.UntilAsync("the alert is told", () => Task.FromResult(!hook.Calls.IsEmpty));
    }

    /// <summary>A message that nobody can read: the host tries it five times.</summary>
    private async Task GiveUpAsync()
    {
        var queue = new Azure.Storage.Queues.QueueClient(storage, "rollout-requests-poison", new(Azure.Storage.Queues.QueueClientOptions.ServiceVersion.V2025_11_05));
        await queue.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await queue.SendMessageAsync("given up", TestContext.Current.CancellationToken);
    }

    private async Task AskAsync(string path, string body, HttpStatusCode expected)
    {
        using var answer = await app.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, new Uri(app.Address, path)) { Content = JsonContent.Create(body) };
        using var answer = await app.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
