using System.Net;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Hosting.Keys;
using Serverless.Hosting.Tests.Http;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Keys;

public sealed class KeyTests(AzuriteFixture azurite)
{
    private static readonly Type[] Functions = [typeof(KeyedFunctions)];
    private readonly string hostId = TestHost.NewId("keys");

    [Theory]
    [InlineData("Open", "none", 200)]
    [InlineData("Open", "wrong", 200)]
    [InlineData("WithKey", "none", 401)]
    [InlineData("WithKey", "wrong", 401)]
    [InlineData("WithKey", "own", 200)]
    [InlineData("WithKey", "host", 200)]
    [InlineData("WithKey", "master", 200)]
    [InlineData("WithKey", "system", 401)]
    [InlineData("ForSystem", "host", 401)]
    [InlineData("ForSystem", "own", 401)]
    [InlineData("ForSystem", "system", 200)]
    [InlineData("ForSystem", "master", 200)]
    [InlineData("ForAdmin", "host", 401)]
    [InlineData("ForAdmin", "system", 401)]
    [InlineData("ForAdmin", "master", 200)]
    [InlineData("admin/host/ping", "none", 200)]
    [InlineData("admin/host/status", "none", 401)]
    [InlineData("admin/host/status", "host", 403)]
    [InlineData("admin/host/status", "master", 200)]
    [InlineData("admin/functions", "system", 403)]
    public async Task Function_WithEnforcedKeys_OpensToTheKeysOfItsLevel(string path, string key, int status)
    {
        await using var host = await StartAsync("--enableAuth");
        var given = await ValueAsync(key);

        using var byHeader = await GetAsync(host, "/" + path, given);
        using var byQuery = await host.Client.GetAsync($"/{path}?code={given}");

        Assert.Equal(status, (int)byHeader.StatusCode);
        Assert.Equal(status, (int)byQuery.StatusCode);
    }

    [Fact]
    public async Task Header_BesideAQueryKey_Wins()
    {
        await using var host = await StartAsync("--enableAuth");
        var master = await ValueAsync("master");

        using var wrongHeader = await GetAsync(host, $"/WithKey?code={master}", "wrong");
        using var rightHeader = await GetAsync(host, "/WithKey?code=wrong", master);

        Assert.Equal(HttpStatusCode.Unauthorized, wrongHeader.StatusCode);
        Assert.Equal(HttpStatusCode.OK, rightHeader.StatusCode);
    }

    [Fact]
    public async Task Admin_WithoutAKey_AsksForBearer()
    {
        await using var host = await StartAsync("--enableAuth");

        using var answer = await host.Client.GetAsync("/admin/functions");

        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Function_WithKeysNotEnforced_IsOpenAndSaysSoToTheApplication()
    {
        await using var host = await StartAsync();

        Assert.Equal("GET", await host.Client.GetStringAsync("/ForAdmin"));
        Assert.Equal("false", host.Services.GetRequiredService<IConfiguration>()["FunctionsHost:KeysEnforced"]);
    }

    [Fact]
    public async Task Secrets_OfInstancesThatStartTogether_AreOneSet()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store().HostAsync(CancellationToken.None).AsTask())));

        Assert.Single(made.Select(secrets => secrets.MasterKey.Value).Distinct());
        var blob = new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-secrets", new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05))
            .GetBlobClient($"{hostId}/host.json");
        Assert.Contains(made[0].MasterKey.Value, (await blob.DownloadContentAsync()).Value.Content.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7071", false)]
    [InlineData("http://localhost:0;http://[::1]:9", false)]
    [InlineData("http://127.0.0.1:1;http://0.0.0.0:2", true)]
    [InlineData("http://*:80", true)]
    [InlineData("http://+:80", true)]
    [InlineData("http://[::]:80", true)]
    [InlineData("http://example.org", true)]
    public void Keys_ByAddress_AreEnforcedBeyondLoopback(string urls, bool enforced)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("urls", urls)]).Build();

        Assert.Equal(enforced, KeyPolicy.Enforced(settings));
    }

    [Theory]
    [InlineData("http_ports", "8080")]
    [InlineData("https_ports", "8443")]
    [InlineData("Kestrel:Endpoints:A:Url", "http://*:80")]
    public void Keys_ByPortsOnly_AreEnforced(string setting, string value)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build();

        Assert.True(KeyPolicy.Enforced(settings));
    }

    private static async Task<HttpResponseMessage> GetAsync(TestHost host, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key.Length > 0) request.Headers.Add("x-functions-key", key);
        return await host.Client.SendAsync(request);
    }

    private async Task<string> ValueAsync(string key)
    {
        var secrets = await Store().HostAsync(CancellationToken.None);
        return key switch
        {
            "master" => secrets.MasterKey.Value,
            "host" => secrets.FunctionKeys[0].Value,
            "system" => secrets.SystemKeys.Single(system => system.Name == KeyStore.EventGridKey).Value,
            "own" => (await Store().FunctionAsync("WithKey", CancellationToken.None)).Keys[0].Value,
            "wrong" => secrets.MasterKey.Value[..^1] + "!",
            _ => "",
        };
    }

    private KeyStore Store() => Secrets.Store(azurite.ConnectionString, hostId);

    private Task<TestHost> StartAsync(params string[] args) =>
        TestHost.StartAsync(azurite.ConnectionString, hostId, TimeProvider.System, Functions, args);
}
