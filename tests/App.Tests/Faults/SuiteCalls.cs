using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>What these tests ask of the running application.</summary>
internal static class SuiteCalls
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Settings that make the second chance of an event come within a second or two.</summary>
    public static Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["Outbox:Delay"] = "00:00:01",
            ["AzureFunctionsJobHost:extensions:queues:maxPollingInterval"] = "00:00:00.200",
        };
        foreach (var (name, value) in more) settings[name] = value;
        return settings;
    }

    public static Task<AppProcess> StartAsync(string storage, Dictionary<string, string>? settings = null) =>
        AppProcess.StartAsync(storage, settings ?? Settings(), TestContext.Current.CancellationToken);

    public static ByteArrayContent Onnx(byte[] bytes) =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    public static async Task<(HttpStatusCode Status, JsonElement Body)> RegisterAsync(this HttpClient client, string model, HttpContent content)
    {
        using (content)
        using (var answer = await client.PostAsync($"/models/{model}/versions", content))
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(text.Length > 0, $"POST /models/{model}/versions: {answer.StatusCode} without a body");
            return (answer.StatusCode, JsonSerializer.Deserialize<JsonElement>(text));
        }
    }

    public static async Task<JsonElement> JsonAsync(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"GET {path}: {answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>What the application counts, also while a dependency is slow on a starved machine.</summary>
    public static async Task<JsonElement> HealthAsync(this HttpClient client)
    {
        using var answer = await client.GetAsync("/health");
        return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
    }

    public static async Task<HttpStatusCode> StatusAsync(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    /// <summary>One row of four numbers through the Open Inference Protocol.</summary>
    public static async Task<(HttpStatusCode Status, string? Version)> InferAsync(this HttpClient client, string model, string input)
    {
        using var answer = await client.PostAsJsonAsync($"/v2/models/{model}/infer", new
        {
            inputs = new[] { new { name = input, shape = new[] { 1, 4 }, datatype = "FP32", data = new[] { 5.1f, 3.5f, 1.4f, 0.2f } } },
        });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, answer.StatusCode == HttpStatusCode.OK ? body.GetProperty("model_version").GetString() : body.GetRawText());
    }

    public static async Task<string> InputAsync(this HttpClient client, string model) =>
        (await client.JsonAsync($"/v2/models/{model}")).GetProperty("inputs")[0].GetProperty("name").GetString()!;

    public static async Task AssertAuditAsync(this HttpClient client, string model)
    {
        var verdict = await client.JsonAsync("/audit/verify");
        Assert.True(verdict.GetProperty("valid").GetBoolean(), verdict.GetRawText());
        Assert.Contains(verdict.GetProperty("models").EnumerateArray(), chain => chain.GetProperty("model").GetString() == model);
    }

    public static Task<HttpResponseMessage> PointAsync(this HttpClient client, string model, int version, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(client.BaseAddress!, $"/models/{model}/aliases/champion")) { Content = JsonContent.Create(new { version }) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return client.SendAsync(request);
    }

    /// <summary>How often the catalog lists a model.</summary>
    public static async Task<int> ListedAsync(this HttpClient client, string model)
    {
        var (count, page) = (0, "");
        do
        {
            var list = await client.JsonAsync($"/models?pageSize=100{page}");
            count += list.GetProperty("items").EnumerateArray().Count(item => item.GetProperty("name").GetString() == model);
            page = list.TryGetProperty("nextPageToken", out var next) && next.GetString() is { } token ? $"&pageToken={Uri.EscapeDataString(token)}" : "";
        }
        while (page.Length > 0);
        return count;
    }

    /// <summary>Asks until it holds; fails at the deadline.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (!await holds())
        {
            Assert.True(clock.GetElapsedTime(start) < Patience.Limit, $"Not within {Patience.Limit}: {what}");
            await Task.Delay(PollEvery, clock, TestContext.Current.CancellationToken);
        }
    }
}
