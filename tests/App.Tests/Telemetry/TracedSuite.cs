using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>An application that exports to a receiver, on a storage of its own: another test's application would work the queues off.</summary>
public sealed class TracedSuite : IAsyncLifetime
{
    /// <summary>The caller's span in every trace that a test begins.</summary>
    public const string CallersSpan = "00f067aa0ba902b7";

    private readonly AzuriteFixture azurite = new();
    private OtlpReceiver? receiver;
    private AppProcess? app;

    internal OtlpReceiver Receiver => receiver!;

    internal AppProcess App => app!;

    internal string Storage => azurite.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        await azurite.InitializeAsync();
        receiver = await OtlpReceiver.StartAsync();
        app = await SuiteCalls.StartAsync(Storage, SuiteCalls.Settings([.. receiver.Settings, ("Tracing:RequestsPerSecond", "0")]));
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        if (receiver is not null) await receiver.DisposeAsync();
        await azurite.DisposeAsync();
    }

    /// <summary>A trace's id that no test has had.</summary>
    internal static string NewTrace() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");

    internal static string NewModel() => $"m{NewTrace()}";

    /// <summary>Sends JSON in a trace that the caller records, or does not.</summary>
    internal Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, string trace, bool recorded = true) => SendAsync(App, method, path, body, trace, recorded);

    internal static async Task<JsonElement> SendAsync(AppProcess app, HttpMethod method, string path, object? body, string? trace, bool recorded = true)
    {
        using var request = new HttpRequestMessage(method, new Uri(app.Address, path)) { Content = body is null ? null : JsonContent.Create(body) };
        if (trace is not null) request.Headers.Add("traceparent", $"00-{trace}-{CallersSpan}-{(recorded ? "01" : "00")}");
        using var answer = await app.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length > 0 ? JsonDocument.Parse(text).RootElement : default;
    }

    /// <summary>Registers a shipped model, whose rows are stored soon.</summary>
    internal async Task<string> RegisterAsync(string file, int versions = 1)
    {
        var model = NewModel();
        for (var version = 0; version < versions; version++)
        {
            var (status, body) = await App.Client.RegisterAsync(model, SuiteCalls.Onnx(version == 0 ? Files.Model(file) : Files.Variant(file, $"v{version}")));
            Assert.True(status == HttpStatusCode.Created, body.GetRawText());
        }
        return model;
    }

    /// <summary>One row for the model of irises.</summary>
    internal static object Iris { get; } = new { inputs = new[] { new { name = "input", shape = new[] { 1, 4 }, datatype = "FP32", data = new[] { 5.1, 3.5, 1.4, 0.2 } } } };
}
