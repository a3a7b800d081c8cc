using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Testing;

namespace Serverless.App.Tests;

/// <summary>One application for a class of tests, on a developer's machine: nothing asks for keys.</summary>
public sealed class Suite(AzuriteFixture azurite) : IAsyncLifetime
{
    private AppProcess? app;

    public AppProcess App => app ?? throw new InvalidOperationException("The application has not been started.");

    public string Storage => azurite.ConnectionString;

    public async ValueTask InitializeAsync() => app = await AppProcess.StartAsync(azurite.ConnectionString, null, CancellationToken.None);

    public ValueTask DisposeAsync() => app?.DisposeAsync() ?? default;

    /// <summary>A file of <c>tests/data/models</c>.</summary>
    public static string Model(string name) => Data(Path.Combine("models", name));

    /// <summary>A file of <c>tests/data</c>.</summary>
    public static string Data(string name) => Repository.File("tests", "data", name);

    /// <summary>Registers a shipped model under a name.</summary>
    public async Task<HttpResponseMessage> RegisterAsync(string name, string model)
    {
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(Model(model + ".onnx")));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await App.Client.PostAsync($"/models/{Uri.EscapeDataString(name)}/versions", content);
    }

    /// <summary>Registers a shipped model with its metadata, under a name of its own, which is the answer.</summary>
    public async Task<string> RegisterAsync(string model, object metadata)
    {
        var name = $"{model}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        using var form = new MultipartFormDataContent
        {
            { JsonContent.Create(metadata), "metadata" },
            { new ByteArrayContent(await File.ReadAllBytesAsync(Model(model + ".onnx"))) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "model", "model.onnx" },
        };
        using var answer = await App.Client.PostAsync($"/models/{name}/versions", form);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return name;
    }

    /// <summary>Sends JSON and expects a status, or any; gives back the body.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, HttpStatusCode? expected, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(App.Address, path)) { Content = body is null ? null : JsonContent.Create(body) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var answer = await App.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(expected is null || answer.StatusCode == expected, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length > 0 && text[0] is '{' or '[' ? JsonDocument.Parse(text).RootElement : default;
    }

    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, HttpStatusCode.OK);
}
