using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.Testing;

namespace Serverless.App.Tests.Rollout;

/// <summary>Who may do what with a rollout, function by function, with real keys.</summary>
public sealed class RolloutAccessTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string AdminKey = "the-first-key";
    private const string Nowhere = "/models/nobody-is-called-so";

    private static readonly string[] Roles = ["predict", "read", "contribute", "approve", "admin"];

    private static readonly (string Method, string Path, object? Body, string[] May)[] Functions =
    [
        ("POST", "/rollouts", new { version = 2 }, ["contribute", "admin"]),
        ("GET", "/rollouts", null, ["predict", "read", "admin"]),
        ("GET", "/rollout", null, ["predict", "read", "admin"]),
        .. new[] { "approve", "reject", "pause", "resume", "skip", "abort" }.Select(action => ("POST", $"/rollout/{action}", (object?)new { reason = "r" }, new[] { "approve", "admin" })),
        ("POST", "/rollback", new { reason = "r" }, ["approve", "admin"]),
        ("GET", "/decisions", null, ["predict", "read", "admin"]),
        ("GET", "/decisions/01890a5d-ac96-774b-bcce-b302099a8057", null, ["predict", "read", "admin"]),
        ("POST", "/rollouts/01890a5d-ac96-774b-bcce-b302099a8057/verdicts/g", new { }, ["approve", "admin"]),
        ("POST", "/policy/evaluate", new { }, ["contribute", "admin"]),
        ("PUT", "/evaluation", new { from = "2026-01-01T00:00:00Z", to = "2026-01-02T00:00:00Z" }, ["contribute", "admin"]),
        ("GET", "/evaluation", null, ["read", "contribute", "admin"]),
    ];

    private readonly Dictionary<string, string> keys = [];
    private AppProcess app = null!;

    public async ValueTask InitializeAsync()
    {
        app = await AppProcess.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(("FunctionsHost:KeysEnforced", "true"), ("Access:AdminKey", AdminKey)), TestContext.Current.CancellationToken, "--enableAuth");
        foreach (var role in Roles) await KeyAsync(role, role);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task EveryFunction_ForEveryRole_OpensToThoseOfTheTableAlone()
    {
        var wrong = new List<string>();
        foreach (var (method, path, body, may) in Functions)
        {
            foreach (var role in Roles)
            {
                var (status, _) = await SendAsync(method, Nowhere + path, keys[role], body);
                var expected = may.Contains(role) ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden;
                if (status != expected) wrong.Add($"{method} {path} as {role}: {status}, not {expected}");
            }

            if (await SendAsync(method, Nowhere + path, null, body) is var (none, _) && none != HttpStatusCode.Unauthorized) wrong.Add($"{method} {path} without a key: {none}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task FourEyes_AreNeverThoseOfTheRegistrantNorTwiceTheSame()
    {
        foreach (var person in (string[])["anna", "bert", "carla"]) await KeyAsync(person, "contribute", "approve", "read");
        var model = $"census-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        foreach (var file in (string[])["adult_champion", "adult_equal"]) await RegisterAsync(model, file, "anna");
        await OkAsync("PUT", $"/models/{model}/policy", "anna", new
        {
            rollout = new { validation = new { enabled = false }, shadow = new { enabled = false }, release = new { strategy = "allAtOnce" }, approvals = new { required = "two" } },
        });
        await OkAsync("POST", $"/models/{model}/rollouts", "anna", new { version = 2 }, HttpStatusCode.Accepted);
        await StageAsync(model, "awaitingApproval");

        Assert.Contains("anna registered this version; four eyes are those of others", await RefusedAsync(model, "anna"), StringComparison.Ordinal);
        var first = await OkAsync("POST", $"/models/{model}/rollout/approve", "bert", new { reason = "fine" });
        Assert.Equal(("awaitingApproval", 1), (first.GetProperty("stage").GetString(), first.GetProperty("needs").GetProperty("persons").GetInt32()));
        Assert.Contains("bert has agreed already; another person must", await RefusedAsync(model, "bert"), StringComparison.Ordinal);
        var second = await OkAsync("POST", $"/models/{model}/rollout/approve", "carla", null);
        Assert.Equal("champion", second.GetProperty("stage").GetString());
        Assert.Equal(2, (await OkAsync("GET", $"/models/{model}/aliases/champion", "anna", null)).GetProperty("version").GetInt32());
        Assert.True((await OkAsync("GET", "/audit/verify", "anna", null)).GetProperty("valid").GetBoolean());
    }

    private Task StageAsync(string model, string stage) => SuiteCalls.UntilAsync(stage, async () =>
        (await OkAsync("GET", $"/models/{model}/rollout", "anna", null)).GetProperty("stage").GetString() == stage);

    private async Task KeyAsync(string name, params string[] roles)
    {
        var issued = await SendAsync("PUT", $"/keys/{name}", AdminKey, new { roles });
        Assert.True(issued.Status is HttpStatusCode.Created or HttpStatusCode.OK, issued.Body);
        keys[name] = JsonDocument.Parse(issued.Body).RootElement.GetProperty("key").GetString()!;
    }

    private async Task RegisterAsync(string model, string file, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, $"/models/{model}/versions")) { Content = SuiteCalls.Onnx(Files.Model(file)) };
        request.Headers.Add("x-api-key", keys[key]);
        using var answer = await app.Client.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    private async Task<string> RefusedAsync(string model, string person)
    {
        var (status, body) = await SendAsync("POST", $"/models/{model}/rollout/approve", keys[person], new { reason = "mine" });
        Assert.True(status == HttpStatusCode.Conflict, body);
        return body;
    }

    private async Task<JsonElement> OkAsync(string method, string path, string person, object? body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var (status, text) = await SendAsync(method, path, keys[person], body);
        Assert.True(status == expected, $"{method} {path}: {status} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string method, string path, string? key, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), new Uri(app.Address, path)) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("x-api-key", key);
        using var answer = await app.Client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
