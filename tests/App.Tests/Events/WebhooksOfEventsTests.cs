using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NJsonSchema;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Monitoring;
using Serverless.Services.Events.Webhooks;
using Serverless.Testing;

namespace Serverless.App.Tests.Events;

/// <summary>What happens to a model, as somebody without Event Grid hears of it: on a storage of its own, through the local topic.</summary>
public sealed class WebhooksOfEventsTests : IAsyncLifetime
{
    private const string Secret = "a secret of enough letters";
    private readonly AzuriteFixture azurite = new();

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public ValueTask DisposeAsync() => azurite.DisposeAsync();

    [Fact]
    public async Task EverythingThatHappens_IsTold_Signed_OnceEach_AsItsServedSchemaSays()
    {
        await using var hook = await Hook.StartAsync();
        hook.Failures = 2;
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, AlertSuite.Settings());
        await using var scan = new AlertSuite(azurite.ConnectionString);
        await SendAsync(app, HttpMethod.Put, "/webhooks/all", new { url = hook.Address + "/", secret = Secret, events = new[] { "Serverless.*" } }, HttpStatusCode.Created);
        var refused = await SendAsync(app, HttpMethod.Put, "/webhooks/wrong", new { url = hook.Address + "/", secret = Secret, events = new[] { "Serverless.Registry.Nothing" } }, HttpStatusCode.BadRequest);
        Assert.Contains("Serverless.Registry.AliasMoved", refused.GetProperty("expected").EnumerateArray().Select(type => type.GetString()));

        await LiveAsync(app);
        var alert = await scan.ObserveAsync("iris", 0, breached: true);
        await SendAsync(app, HttpMethod.Post, $"/models/iris/alerts/{alert!.Id}/acknowledge", new { comment = "Mine." }, HttpStatusCode.OK);
        await scan.ObserveAsync("iris", 1, breached: false);

        string[] expected =
        [
            "Monitoring.AlertAcknowledged", "Monitoring.AlertFired", "Monitoring.AlertResolved", "Registry.AlertAcknowledged", "Registry.AliasDeleted", "Registry.AliasMoved", "Registry.AliasMoved", "Registry.BaselineSet",
            "Registry.ErasureRequested", "Registry.ModelArchived", "Registry.ModelCreated", "Registry.ModelRestored", "Registry.PolicyChanged", "Registry.PredictionsErased", "Registry.VersionChanged", "Registry.VersionRegistered",
        ];
        await SuiteCalls.UntilAsync("all is told", () => Task.FromResult(hook.Calls.Select(call => call.Id).Distinct().Count() >= expected.Length));
        var told = hook.Calls.GroupBy(call => call.Id).Select(calls => JsonDocument.Parse(calls.First().Body).RootElement).ToArray();
        Assert.Equal(expected, told.Select(one => one.GetProperty("type").GetString()!["Serverless.".Length..]).Order(StringComparer.Ordinal));
        foreach (var one in told) await CheckAsync(app, one);
        await SuiteCalls.UntilAsync("all is recorded as delivered", async () => (await DeliveriesAsync(app)).All(one => one.GetProperty("status").GetString() == "delivered"));
        var deliveries = await DeliveriesAsync(app);
        Assert.Equal(expected, deliveries.Select(one => one.GetProperty("type").GetString()!["Serverless.".Length..]).Order(StringComparer.Ordinal));
        Assert.Equal(hook.Calls.Select(call => call.Id).Distinct().Order(StringComparer.Ordinal), deliveries.Select(one => one.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        Assert.Contains(deliveries, one => one.GetProperty("attempts").GetInt32() > 1 && one.GetProperty("httpStatus").GetInt32() == 200);
        Assert.All(hook.Calls, call => Assert.Null(WebhookSignature.Verify(Secret, call.Id, call.Timestamp, call.Signature, call.Body, TimeProvider.System.GetUtcNow())));
    }

    private static async Task<JsonElement[]> DeliveriesAsync(AppProcess app) => [.. (await app.Client.JsonAsync("/webhooks/all/deliveries")).GetProperty("items").EnumerateArray()];

    private static async Task LiveAsync(AppProcess app)
    {
        using var form = new MultipartFormDataContent
        {
            { JsonContent.Create(new { featureNames = new[] { "sepal length", "sepal width", "petal length", "petal width" } }), "metadata" },
            { SuiteCalls.Onnx(await File.ReadAllBytesAsync(Suite.Model("iris_lr.onnx"))), "model", "model.onnx" },
        };
        using var registered = await app.Client.PostAsync("/models/iris/versions", form);
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        using var table = new StringContent("sepal length,sepal width,petal length,petal width\n" + string.Concat(Enumerable.Range(0, 50).Select(row => $"5.{row % 10},3.{row % 7},1.{row % 5},0.{row % 3}\n")), Encoding.UTF8, "text/csv");
        using var baseline = await app.Client.PutAsync("/models/iris/versions/1/baseline", table);
        Assert.True(baseline.StatusCode == HttpStatusCode.Created, await baseline.Content.ReadAsStringAsync());
        await SendAsync(app, HttpMethod.Patch, "/models/iris/versions/1", new { description = "Größer & <besser>" }, HttpStatusCode.OK);
        await SendAsync(app, HttpMethod.Put, "/models/iris/policy", new { logging = new { retentionDays = 30 } }, HttpStatusCode.OK);
        await SendAsync(app, HttpMethod.Put, "/models/iris/aliases/old", new { version = 1, reason = "Kept." }, HttpStatusCode.OK);
        await SendAsync(app, HttpMethod.Delete, "/models/iris/aliases/old", null, HttpStatusCode.NoContent);
        await SendAsync(app, HttpMethod.Post, "/models/iris/archive", new { }, HttpStatusCode.OK);
        await SendAsync(app, HttpMethod.Post, "/models/iris/restore", new { }, HttpStatusCode.OK);
        await SendAsync(app, HttpMethod.Post, "/models/iris/erasures", new { entity = "c-1" }, HttpStatusCode.Accepted);
    }

    private static async Task CheckAsync(AppProcess app, JsonElement told)
    {
        var (address, data) = (new Uri(told.GetProperty("dataschema").GetString()!), told.GetProperty("data"));
        Assert.Equal("mlops.example", address.Host);
        using var served = await app.Client.GetAsync(address.AbsolutePath);
        Assert.Equal("application/schema+json", served.Content.Headers.ContentType!.MediaType);
        var schema = await JsonSchema.FromJsonAsync(await served.Content.ReadAsStringAsync(), TestContext.Current.CancellationToken);
        Assert.Empty(schema.Validate(data.GetRawText()).Select(error => $"{error}: {data}"));
        Assert.Empty(data.EnumerateObject().Select(member => member.Name).Except(schema.Properties.Keys));
        Assert.StartsWith("models/iris", told.GetProperty("subject").GetString(), StringComparison.Ordinal);
        Assert.Equal(data.GetProperty("correlationId").GetString(), told.GetProperty("correlationid").GetString());
        Assert.Equal(data.GetProperty("causationId").GetString(), told.GetProperty("causationid").GetString());
    }

    private static async Task<JsonElement> SendAsync(AppProcess app, HttpMethod method, string path, object? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await app.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length > 0 ? JsonDocument.Parse(text).RootElement : default;
    }
}
