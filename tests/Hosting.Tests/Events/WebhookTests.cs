using System.Net;
using System.Text;
using Serverless.Hosting.Keys;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Events;

public sealed class WebhookTests(AzuriteFixture azurite)
{
    private const string Cloud = """{"id":"1","source":"/s","type":"t","specversion":"1.0","data":{"n":1}}""";
    private const string Grid = """{"id":"1","topic":"/t","subject":"s","eventType":"e","eventTime":"2026-06-01T00:00:00Z","dataVersion":"1","data":{"n":1}}""";
    private static readonly Type[] Functions = [typeof(CloudFunctions), typeof(GridFunctions), typeof(OtherEventFunctions)];
    private readonly string id = TestHost.NewId("hook");

    [Theory]
    [InlineData("Cloud", Cloud, """1 t {"n":1}""")]
    [InlineData("Cloud", $"[{Cloud}]", """1 t {"n":1}""")]
    [InlineData("Grid", Grid, """grid 1{"n":1}""")]
    [InlineData("Grid", $"[{Grid}]", """grid 1{"n":1}""")]
    [InlineData("Data", $"[{Cloud}]", "data " + Cloud)]
    [InlineData("Text", Grid, "text " + Grid)]
    [InlineData("Many", $"[{Cloud},{Cloud}]", "many 1,1")]
    public async Task Notification_Delivered_HasRunTheFunctionWhenItIsAnswered202(string function, string body, string seen)
    {
        await using var host = await StartAsync();

        using var answer = await SendAsync(host, function, "Notification", body);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal([seen], host.Recorder.Drain<string>());
    }

    [Fact]
    public async Task Notification_OfSeveral_RunsTheFunctionForEach()
    {
        await using var host = await StartAsync();

        using var answer = await SendAsync(host, "Cloud", "Notification", $"[{Cloud},{Cloud},{Cloud}]");

        Assert.Equal(3, host.Recorder.Count);
    }

    [Theory]
    [InlineData("Cloud", "Notification", "{ not json", 500, "")]
    [InlineData("Cloud", "Notification", Grid, 500, "")]
    [InlineData("Cloud", null, Cloud, 400, "")]
    [InlineData("Cloud", "Unsubscribe", "[]", 202, "")]
    [InlineData("cloud", "Notification", Cloud, 404, "cannot find function: 'cloud'")]
    [InlineData("Nobody", "Notification", Cloud, 404, "cannot find function: 'Nobody'")]
    [InlineData("Cloud", "SubscriptionValidation", """[{"id":"1","data":{"validationCode":"C0DE"}}]""", 200, """{"validationResponse":"C0DE"}""")]
    public async Task Request_OfAnyKind_IsAnsweredAsByTheExtension(string function, string? type, string body, int status, string text)
    {
        await using var host = await StartAsync();

        using var answer = await SendAsync(host, function, type, body);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(text, await answer.Content.ReadAsStringAsync());
        Assert.Equal(0, host.Recorder.Count);
    }

    [Theory]
    [InlineData("Notification")]
    [InlineData("SubscriptionValidation")]
    public async Task Body_BeyondAMebibyte_IsRefused(string type)
    {
        await using var host = await StartAsync();

        using var answer = await SendAsync(host, "Cloud", type, $"[{new string(' ', 1 << 20)}]");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Function_ThatThrows_IsAnswered500()
    {
        await using var host = await StartAsync();
        host.Recorder.Switches["fail"] = 1;

        using var answer = await SendAsync(host, "Cloud", "Notification", Cloud);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Fact]
    public async Task Options_WithAnOrigin_AllowsIt()
    {
        await using var host = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, Url("Cloud"));
        request.Headers.Add("WebHook-Request-Origin", "eventgrid.azure.net");

        using var answer = await host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("eventgrid.azure.net", answer.Headers.GetValues("WebHook-Allowed-Origin").Single());
    }

    [Fact]
    public async Task Get_OfTheWebhook_IsABadRequest()
    {
        await using var host = await StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.GetAsync(Url("Cloud"))).StatusCode);
    }

    [Fact]
    public async Task Keys_Enforced_OpenTheWebhookToItsSystemKeyAndTheMasterKeyOnly()
    {
        await using var host = await StartAsync("--enableAuth");
        var secrets = await Serverless.Hosting.Tests.Keys.Secrets.ReadAsync(azurite.ConnectionString, id);
        var system = secrets.SystemKeys.Single(key => key.Name == KeyStore.EventGridKey).Value;
        string[] keys = ["", "wrong", secrets.FunctionKeys[0].Value, system, secrets.MasterKey.Value];

        List<int> byQuery = [];
        List<int> byHeader = [];
        foreach (var key in keys)
        {
            byQuery.Add((int)(await SendAsync(host, "Cloud&code=" + key, "Notification", Cloud)).StatusCode);
            byHeader.Add((int)(await SendAsync(host, "Cloud", "Notification", Cloud, key)).StatusCode);
        }

        Assert.Equal([401, 401, 401, 202, 202], byQuery);
        Assert.Equal([401, 401, 401, 202, 202], byHeader);
    }

    private static string Url(string function) => $"/runtime/webhooks/EventGrid?functionName={function}";

    private static async Task<HttpResponseMessage> SendAsync(TestHost host, string function, string? type, string body, string key = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url(function)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (type is not null) request.Headers.Add("aeg-event-type", type);
        if (key.Length > 0) request.Headers.Add("x-functions-key", key);
        return await host.Client.SendAsync(request);
    }

    private Task<TestHost> StartAsync(params string[] args) =>
        TestHost.StartAsync(azurite.ConnectionString, id, TimeProvider.System, Functions, args);
}
