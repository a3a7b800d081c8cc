using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Fuzz;
using Serverless.Core.Access;
using Serverless.Testing;

namespace Serverless.App.Tests.Access;

/// <summary>Every HTTP function asked by every kind of caller, on the running host, against <c>levels.tsv</c>: nothing is open by accident, nor shut.</summary>
public sealed class EveryFunctionTests(EveryFunctionTests.Guarded guarded) : IClassFixture<EveryFunctionTests.Guarded>
{
    private const string Unauthenticated = "urn:serverless-mlops:problem:unauthenticated";
    private const string Forbidden = "urn:serverless-mlops:problem:forbidden";

    /// <summary>Callers with a key, and the role it has; those without a role are nobody.</summary>
    public static TheoryData<string, Role?> Keys => new()
    {
        { "predict", Role.Predict }, { "read", Role.Read }, { "contribute", Role.Contribute }, { "approve", Role.Approve }, { "admin", Role.Admin },
        { "none", null }, { "wrong", null }, { "withdrawn", null }, { "ended", null },
    };

    /// <summary>App roles of Entra ID. A signed-in user without one of the suite's is somebody, who may nothing.</summary>
    public static TheoryData<string, Role?> AppRoles => new()
    {
        { "Predict", Role.Predict }, { "Read", Role.Read }, { "Contribute", Role.Contribute }, { "Approve", Role.Approve }, { "Admin", Role.Admin }, { "Somebody", Role.Open },
    };

    [Fact]
    public void EveryFunction_HasARowAndEveryRowOfWhatIsBuiltAFunction()
    {
        Assert.DoesNotContain(MappedFunction.All, function => !Level.All.Any(level => level.IsServedBy(function)));
        Assert.DoesNotContain(Level.Built, level => !MappedFunction.All.Any(level.IsServedBy));
        Assert.DoesNotContain(Level.All, level => Level.NotBuilt.Contains(level.ToString()) && MappedFunction.All.Any(level.IsServedBy));
        Assert.Equal(MappedFunction.Triggers().Count(), MappedFunction.All.Select(function => function.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public Task EveryFunction_ByKey_AdmitsAndRefusesAsItsRowSays(string caller, Role? role) =>
        AssertRowsAsync(guarded.ByKey, role, request => { if (guarded.KeyOf(caller) is { } key) request.Headers.Add("x-api-key", key); });

    [Theory]
    [MemberData(nameof(AppRoles))]
    public Task EveryFunction_ByAppRole_AdmitsAndRefusesAsItsRowSays(string appRole, Role? role) =>
        AssertRowsAsync(guarded.ByPlatform, role, request => request.Headers.Add("x-ms-client-principal", Claims(appRole)));

    [Fact]
    public Task EveryFunction_WhereThePlatformIsNotTrusted_IgnoresWhatItSaysOfAnAdmin() =>
        AssertRowsAsync(guarded.ByKey, null, request => request.Headers.Add("x-ms-client-principal", Claims("Admin")));

    [Fact]
    public Task EveryFunction_WithAReadersKeyAndThePrincipalOfAnAdmin_TakesTheKeyAlone() => AssertRowsAsync(guarded.ByKey, Role.Read, request =>
    {
        request.Headers.Add("x-api-key", guarded.KeyOf("read"));
        request.Headers.Add("x-ms-client-principal", Claims("Admin"));
    });

    [Theory]
    [InlineData("not Base64!")]
    [InlineData("bm90IEpTT04=")]
    [InlineData("e30=")]
    [InlineData("W10=")]
    [InlineData("eyJjbGFpbXMiOm51bGx9")]
    [InlineData("eyJjbGFpbXMiOltudWxsXX0=")]
    public Task EveryFunction_WithAPrincipalThatCannotBeRead_IsAskedByNobody(string header) =>
        AssertRowsAsync(guarded.ByPlatform, null, request => request.Headers.TryAddWithoutValidation("x-ms-client-principal", header));

    [Theory]
    [InlineData(null)]
    [InlineData("read")]
    [InlineData("admin")]
    public async Task WhatIsNoFunction_IsShutToEverybodyWithoutAKeyOfTheHost(string? caller)
    {
        var open = new List<string>();
        foreach (var door in HostDoors.Doors)
            foreach (var method in new[] { "GET", "POST", "PUT", "DELETE" })
            {
                using var request = new HttpRequestMessage(new(method), new Uri(guarded.ByKey.Address, door)) { Content = JsonContent.Create(new { input = "x" }) };
                if (caller is not null) request.Headers.Add("x-api-key", guarded.KeyOf(caller));
                using var answer = await guarded.ByKey.Client.SendAsync(request, TestContext.Current.CancellationToken);
                if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.NotFound)) open.Add($"{method} {door}: {(int)answer.StatusCode}");
                if ((await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Length > 0) open.Add($"{method} {door} tells something");
            }

        Assert.Empty(open);
    }

    [Fact]
    public async Task Answers_ThatAreForSome_AreKeptByNoCache_AndKeysAreKeptNowhere()
    {
        foreach (var level in Level.Built)
        {
            using var request = new HttpRequestMessage(new(level.Method), new Uri(guarded.ByKey.Address, level.Address)) { Headers = { { "x-api-key", guarded.KeyOf("read") } } };
            using var answer = await guarded.ByKey.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            if (level.Roles != Role.Open) Assert.True(answer.Headers.CacheControl is { Private: true, NoCache: true }, $"{level}: {answer.Headers.CacheControl}");
        }

        Assert.True((await guarded.IssueOnceMoreAsync()).Headers.CacheControl is { NoStore: true });
    }

    private static async Task AssertRowsAsync(AppProcess app, Role? role, Action<HttpRequestMessage> sign)
    {
        var wrong = new List<string>();
        foreach (var level in Level.Built)
        {
            using var request = new HttpRequestMessage(new(level.Method), new Uri(app.Address, level.Address));
            sign(request);
            using var answer = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
            var expected = Expected(level.Roles, role);
            var got = await RefusalAsync(answer);
            if (got != expected || answer.StatusCode == HttpStatusCode.InternalServerError) wrong.Add($"{level}: {(int)answer.StatusCode}, {got ?? "admitted"}; {expected ?? "admitted"} expected");
        }

        Assert.Empty(wrong);
    }

    private static string? Expected(Role needed, Role? role)
    {
        if (needed == Role.Open) return null;
        if (role is not { } has) return Unauthenticated;
        return has == Role.Admin || (has & needed) != 0 ? null : Forbidden;
    }

    // By the problem, not by the status: a verdict that is not signed is refused with 401 as well, after access.
    private static async Task<string?> RefusalAsync(HttpResponseMessage answer)
    {
        if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)) return null;
        var type = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString();
        return type is Unauthenticated or Forbidden ? type : null;
    }

    private static string Claims(string appRole) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"auth_typ":"aad","name_typ":"name","role_typ":"roles","claims":[{"typ":"name","val":"ada"},{"typ":"roles","val":"{{appRole}}"}]}"""));

    /// <summary>Two hosts: one that knows keys alone, one behind a platform that it trusts.</summary>
    public sealed class Guarded(AzuriteFixture azurite) : IAsyncLifetime
    {
        private const string AdminKey = "the-first-key";
        private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(1);

        private readonly Dictionary<string, string> keys = new() { ["wrong"] = "a-key-that-nobody-issued" };

        internal AppProcess ByKey { get; private set; } = null!;

        internal AppProcess ByPlatform { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            ByKey = await StartAsync(platform: false);
            ByPlatform = await StartAsync(platform: true);
            foreach (var role in new[] { "predict", "read", "contribute", "approve", "admin" }) keys[role] = await IssueAsync(role, role);
            keys["withdrawn"] = await IssueAsync("withdrawn", "admin");
            using var withdrawn = await SendAsync(HttpMethod.Delete, "withdrawn", null);
            Assert.Equal(HttpStatusCode.NoContent, withdrawn.StatusCode);
            keys["ended"] = await IssueShortAsync();
            await SuiteCalls.UntilAsync("the key has ended", async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(ByKey.Address, "/keys")) { Headers = { { "x-api-key", keys["ended"] } } };
                using var answer = await ByKey.Client.SendAsync(request);
                return answer.StatusCode == HttpStatusCode.Unauthorized;
            });
        }

        public async ValueTask DisposeAsync()
        {
            await ByKey.DisposeAsync();
            await ByPlatform.DisposeAsync();
        }

        internal Task<HttpResponseMessage> IssueOnceMoreAsync() => SendAsync(HttpMethod.Put, "again", new { roles = new[] { "read" } });

        internal string? KeyOf(string caller) => keys.GetValueOrDefault(caller);

        private Task<AppProcess> StartAsync(bool platform) => AppProcess.StartAsync(azurite.ConnectionString, new Dictionary<string, string>
        {
            ["FunctionsHost:KeysEnforced"] = "true",
            ["Access:AdminKey"] = AdminKey,
            ["Access:PlatformIdentity"] = platform ? "true" : "false",
        }, TestContext.Current.CancellationToken, "--enableAuth");

        // A host so busy that the key would have ended before it is issued refuses it: then it lives longer.
        private async Task<string> IssueShortAsync()
        {
            for (var life = ShortLife; life < Patience.Limit; life *= 2)
            {
                using var issued = await SendAsync(HttpMethod.Put, "ended", new { roles = new[] { "admin" }, expires = TimeProvider.System.GetUtcNow() + life });
                if (issued.StatusCode == HttpStatusCode.Created) return await KeyAsync(issued);
            }

            throw new InvalidOperationException("No key that ends soon could be issued.");
        }

        private async Task<string> IssueAsync(string name, string role)
        {
            using var issued = await SendAsync(HttpMethod.Put, name, new { roles = new[] { role } });
            Assert.Equal(HttpStatusCode.Created, issued.StatusCode);
            return await KeyAsync(issued);
        }

        private static async Task<string> KeyAsync(HttpResponseMessage issued) => (await issued.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;

        private Task<HttpResponseMessage> SendAsync(HttpMethod method, string name, object? body)
        {
            var request = new HttpRequestMessage(method, new Uri(ByKey.Address, $"/keys/every-{name}")) { Content = body is null ? null : JsonContent.Create(body) };
            request.Headers.Add("x-api-key", AdminKey);
            return ByKey.Client.SendAsync(request);
        }
    }
}
