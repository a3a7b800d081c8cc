using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Serverless.Testing;

namespace Serverless.App.Tests.Access;

public sealed class AccessTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string AdminKey = "the-first-key";
    private AppProcess app = null!;

    public async ValueTask InitializeAsync() => app = await AppProcess.StartAsync(
        azurite.ConnectionString,
        new Dictionary<string, string> { ["FunctionsHost:KeysEnforced"] = "true", ["Access:AdminKey"] = AdminKey },
        TestContext.Current.CancellationToken, "--enableAuth");

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Keys_AreIssuedOnceListedWithoutTheKeyAndWithdrawn()
    {
        using var issued = await SendAsync(HttpMethod.Put, "/keys/reader", AdminKey, new { roles = new[] { "read" } });
        Assert.Equal(HttpStatusCode.Created, issued.StatusCode);
        var key = (await issued.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;

        using var list = await SendAsync(HttpMethod.Get, "/keys", AdminKey);
        var text = await list.Content.ReadAsStringAsync();
        Assert.Contains("\"reader\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain(key, text, StringComparison.Ordinal);

        using var forbidden = await SendAsync(HttpMethod.Get, "/keys", key);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);

        using var withdrawn = await SendAsync(HttpMethod.Delete, "/keys/reader", AdminKey);
        Assert.Equal(HttpStatusCode.NoContent, withdrawn.StatusCode);
        using var unknown = await SendAsync(HttpMethod.Get, "/keys", key);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
    }

    [Fact]
    public async Task Keys_WithoutAKey_AreRefusedWithAProblem()
    {
        using var answer = await app.Client.GetAsync("/keys");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("urn:serverless-mlops:problem:unauthenticated", problem.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("Bearer the-first-key")]
    [InlineData("Basic bWU6dGhlLWZpcnN0LWtleQ==")]
    public async Task Key_InAnAuthorizationHeader_OpensTheDoor(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/keys"));
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("system", """{"roles":["read"]}""", "invalid-name")]
    [InlineData("a", """{"roles":[]}""", "invalid-request")]
    [InlineData("a", """{"roles":["king"]}""", "invalid-request")]
    [InlineData("a", """{"roles":["read"],"expires":"2001-01-01T00:00:00Z"}""", "invalid-request")]
    [InlineData("a", """{"roles":["read"],"roles":["admin"]}""", "invalid-request")]
    [InlineData("a", """{"roles":["read"],"more":1}""", "invalid-request")]
    public async Task Keys_OfBadRequests_AreNotIssued(string name, string body, string problem)
    {
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(app.Address, $"/keys/{name}")) { Content = content };
        request.Headers.Add("x-api-key", AdminKey);
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.EndsWith(problem, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlatformIdentity_ThatNobodyTrusts_OpensNothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/keys"));
        request.Headers.Add("x-ms-client-principal", Convert.ToBase64String("""{"claims":[{"typ":"roles","val":"Admin"}]}"""u8));
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("/v2/health/live")]
    [InlineData("/schemas/policy.json")]
    [InlineData("/schemas/events/Serverless.Registry.AliasMoved.json")]
    public async Task OpenFunction_WithAKeyThatNobodyKnows_Answers(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, "unknown");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string key, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(app.Address, path)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("x-api-key", key);
        return await app.Client.SendAsync(request);
    }
}
