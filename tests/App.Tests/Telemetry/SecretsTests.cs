using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>Whatever callers send that nobody else should read, the application says none of it: neither on its output nor to a collector.</summary>
public sealed class SecretsTests : IAsyncLifetime
{
    private const string AdminKey = "the-admins-key-0123456789abcdef0123456789";
    private const string WebhookSecret = "whsec_bm9ib2R5IHNob3VsZCBldmVyIHJlYWQgdGhpcyE=";
    private const string WrongKey = "a-key-that-was-never-issued-5577";
    private const string Feature = "4271.625";
    private const string BadFeature = "not-a-number-8843";
    private const string Entity = "customer-jane-doe-1974";
    private static readonly string HashKey = Convert.ToBase64String(Encoding.ASCII.GetBytes("thirty-two bytes of a hash key!!"));
    private readonly AzuriteFixture azurite = new();

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public ValueTask DisposeAsync() => azurite.DisposeAsync();

    [Fact]
    public async Task Host_ThatLogsAllItCan_SaysNoSecret()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        // The topic is the host's own, whose key is among what must not be said.
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(
        [
            .. receiver.Settings, ("Tracing:RequestsPerSecond", "1000000"), ("Access:AdminKey", AdminKey), ("FunctionsHost:EnableAuth", "true"), ("PredictionLog:HashKey", HashKey), ("EventGrid:TopicKey", "the-topics-key-99887766"),
            ("AzureFunctionsJobHost:logging:logLevel:default", "Trace"), ("AzureFunctionsJobHost:logging:logLevel:Azure", "Information"), ("AzureFunctionsJobHost:logging:logLevel:Microsoft.AspNetCore", "Information"),
        ]));
        app.Client.DefaultRequestHeaders.Add("x-api-key", AdminKey);
        List<string> secrets = [AdminKey, WebhookSecret, WrongKey, Feature, BadFeature, Entity, HashKey, "the-topics-key-99887766", AzuriteKey()];
        secrets.Add(await IssueAsync(app));
        secrets.Add(await UploadAsync(app));
        await CallWithoutRightAsync(app);
        await PredictAsync(app);
        await FailAsync(app);

        // What was said is out: the application has ended.
        Assert.Equal(0, await app.StopAsync(TestContext.Current.CancellationToken));
        var told = string.Join('\n', [app.Output, .. receiver.Logs, .. receiver.Spans.Select(span => $"{span.Name} {string.Join(' ', span.Tags)}")]);
        Assert.Contains("PutKey", told, StringComparison.Ordinal);
        Assert.NotEmpty(receiver.Logs);
        Assert.NotEmpty(receiver.Spans);
        Assert.All(secrets, secret => Assert.False(told.Contains(secret, StringComparison.Ordinal), $"{secret} is in: {string.Join('\n', told.Split('\n').Where(line => line.Contains(secret, StringComparison.Ordinal)).Take(3))}"));
    }

    private static async Task<string> IssueAsync(AppProcess app)
    {
        var issued = await PutAsync(app, "/keys/scoring", new { roles = new[] { "predict" } });
        await PutAsync(app, "/webhooks/pager", new { url = "https://hooks.example/a-path", secret = WebhookSecret });
        return issued.GetProperty("key").GetString()!;
    }

    private static async Task<string> UploadAsync(AppProcess app)
    {
        await app.Client.RegisterAsync("iris", SuiteCalls.Onnx(Files.Model("iris_lr")));
        var opened = await TracedSuite.SendAsync(app, HttpMethod.Post, "/models/iris/uploads", null, null);
        var url = opened.GetProperty("url").GetString()!;
        using var file = new HttpRequestMessage(HttpMethod.Put, url) { Content = SuiteCalls.Onnx(Files.Variant("iris_lr", "uploaded")) };
        foreach (var header in opened.GetProperty("headers").EnumerateObject())
            if (!file.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString())) file.Content.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
        using var client = new HttpClient();
        using var put = await client.SendAsync(file);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        using var metadata = JsonContent.Create(new { uploadId = opened.GetProperty("id").GetString() });
        using var registered = await app.Client.PostAsync("/models/iris/versions", metadata);
        Assert.True(registered.StatusCode == HttpStatusCode.Created, await registered.Content.ReadAsStringAsync());
        return new Uri(url).Query.Split('&').Single(part => part.StartsWith("sig=", StringComparison.Ordinal) || part.StartsWith("?sig=", StringComparison.Ordinal)).Split('=', 2)[1];
    }

    private static async Task CallWithoutRightAsync(AppProcess app)
    {
        using var stranger = new HttpClient { BaseAddress = app.Address };
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/models") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", WrongKey) } };
        using var answer = await stranger.SendAsync(asked);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static async Task PredictAsync(AppProcess app)
    {
        var inputs = $$"""{"parameters":{"entity.customer":"{{Entity}}"},"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[{{Feature}},3.5,1.4,0.2]}]}""";
        Assert.Equal(HttpStatusCode.OK, await PostAsync(app, "/v2/models/iris/infer", inputs));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(app, "/v2/models/iris/infer", inputs.Replace(Feature, $"\"{BadFeature}\"", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, "/models/iris/erasures", $$"""{"entity":"{{Entity}}"}"""));
    }

    /// <summary>Where things go wrong, failures are logged whole.</summary>
    private static async Task FailAsync(AppProcess app)
    {
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(app, "/models/iris/labels", $$"""{"items":[{"id":"{{BadFeature}}","label":{{Feature}}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(app, "/models/iris/scans", $$"""{"monitor":"{{BadFeature}}"}"""));
    }

    private static async Task<HttpStatusCode> PostAsync(AppProcess app, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await app.Client.PostAsync(path, content);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> PutAsync(AppProcess app, string path, object body)
    {
        using var answer = await app.Client.PutAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"PUT {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private string AzuriteKey() => azurite.ConnectionString.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal))["AccountKey=".Length..];
}
