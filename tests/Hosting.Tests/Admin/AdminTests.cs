using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Admin;

public sealed class AdminFunctions(Recorder recorder)
{
    [Function("Nightly")]
    public void Nightly([TimerTrigger("0 0 1 1 *")] TimerInfo timer) => recorder.Add("nightly " + timer.IsPastDue);

    [Function("FromQueue")]
    public void FromQueue([QueueTrigger("%Names%-admin")] string message) => recorder.Add("queue " + message);

    [Function("OnEvent")]
    public void OnEvent([EventGridTrigger] BinaryData item) => recorder.Add("event " + item);

    [Function("Web")]
    public static string Web([HttpTrigger(AuthorizationLevel.Function, "get", Route = "web/{id}")] HttpRequest request, int id) => request.Method + id;

    [Function("Form")]
    public async Task<string> Form([HttpTrigger(AuthorizationLevel.Function, "put", Route = "form/{name}")] HttpRequest request, string? name)
    {
        using var reader = new StreamReader(request.Body);
        recorder.Add($"{request.Method} {name ?? "nobody"} {await reader.ReadToEndAsync()}");
        return "unread";
    }
}

public sealed class AdminTests(AzuriteFixture azurite)
{
    private readonly string id = TestHost.NewId("admin");

    [Fact]
    public async Task Functions_Listed_HaveTheirBindings()
    {
        await using var host = await StartAsync();

        var all = JsonNode.Parse(await host.Client.GetStringAsync("/admin/functions"))!.AsArray();
        var web = JsonNode.Parse(await host.Client.GetStringAsync("/admin/functions/web"))!;

        Assert.Equal(["Form", "FromQueue", "Nightly", "OnEvent", "Web"], all.Select(one => (string)one!["name"]!));
        var binding = web["config"]!["bindings"]![0]!;
        Assert.Equal(("httpTrigger", "web/{id}", "Function"), ((string)binding["type"]!, (string)binding["route"]!, (string)binding["authLevel"]!));
        Assert.Equal("{}", await host.Client.GetStringAsync("/admin/functions/Nightly/status"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/admin/functions/Nobody")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/admin/functions/Nobody/status")).StatusCode);
    }

    [Fact]
    public async Task Status_OfTheHost_SaysWhoItIs()
    {
        await using var host = await StartAsync();

        var status = JsonNode.Parse(await host.Client.GetStringAsync("/admin/host/status"))!;

        Assert.Equal((id, "Running"), ((string)status["id"]!, (string)status["state"]!));
        Assert.Equal("", await host.Client.GetStringAsync("/admin/host/ping"));
    }

    [Theory]
    [InlineData("Nightly", "{}", "nightly False")]
    [InlineData("FromQueue", """{"input":"hello"}""", "queue hello")]
    [InlineData("OnEvent", """{"input":"{\"id\":\"1\"}"}""", """event {"id":"1"}""")]
    [InlineData("Form", """{"input":"hello"}""", "PUT nobody hello")]
    public async Task Function_Posted_RunsNow(string function, string body, string seen)
    {
        await using var host = await StartAsync();

        using var answer = await PostAsync(host, function, body);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.Equal(seen, await host.Recorder.NextAsync<string>());
    }

    [Theory]
    [InlineData("Nobody", "{}", "application/json", 404)]
    [InlineData("Nightly", "{}", null, 415)]
    [InlineData("Nightly", "null", "application/json", 400)]
    [InlineData("Nightly", "{ not json", "application/json", 400)]
    [InlineData("OnEvent", """{"input":"{ not json"}""", "application/json", 400)]
    public async Task Post_ThatRunsNothing_SaysWhy(string function, string body, string? type, int status)
    {
        await using var host = await StartAsync();

        using var answer = await PostAsync(host, function, body, type);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(0, host.Recorder.Count);
    }

    [Fact]
    public async Task HttpFunction_PostedWithoutWhatItNeeds_FailsInTheBackground()
    {
        await using var host = await StartAsync();
        using var answer = await PostAsync(host, "Web", "{}");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        using var next = await PostAsync(host, "Nightly", "{}");
        Assert.Equal("nightly False", await host.Recorder.NextAsync<string>());
    }

    [Theory]
    [InlineData("AzureWebJobs.{0}.Disabled=true")]
    [InlineData("AzureWebJobs_{0}_Disabled=1")]
    public async Task DisabledFunctions_AreNotTriggered_ButRunWhenAskedFor(string setting)
    {
        string[] off = ["Web", "FromQueue", "OnEvent", "Nightly"];
        await using (var on = await StartAsync()) Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Accepted), await TriggerAsync(on));
        await using var host = await StartAsync([.. off.Select(name => "--" + string.Format(CultureInfo.InvariantCulture, setting, name))]);

        var listed = JsonNode.Parse(await host.Client.GetStringAsync("/admin/functions"))!.AsArray();
        var triggered = await TriggerAsync(host);
        using var asked = await PostAsync(host, "FromQueue", """{"input":"hello"}""");

        Assert.Equal(off.Order(), listed.Where(one => (bool)one!["isDisabled"]!).Select(one => (string)one!["name"]!));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), triggered);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        Assert.Equal("queue hello", await host.Recorder.NextAsync<string>());
    }

    [Fact]
    public async Task Message_ForADisabledFunction_Waits()
    {
        var queue = new QueueClient(azurite.ConnectionString, $"{id}-admin", new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05));
        await queue.CreateIfNotExistsAsync();
        await queue.SendMessageAsync("waits");
        await using (var off = await StartAsync("--AzureWebJobs.FromQueue.Disabled=true"))
        {
            using var meanwhile = await PostAsync(off, "Nightly", "{}");
            Assert.Equal("nightly False", await off.Recorder.NextAsync<string>());
        }
        Assert.Equal(0, Assert.Single((await queue.PeekMessagesAsync(8)).Value).DequeueCount);

        await using var on = await StartAsync();

        Assert.Equal("queue waits", await on.Recorder.NextAsync<string>());
    }

    private static async Task<(HttpStatusCode Web, HttpStatusCode OnEvent)> TriggerAsync(TestHost host)
    {
        using var web = await host.Client.GetAsync("/web/1");
        using var notification = new HttpRequestMessage(HttpMethod.Post, "/runtime/webhooks/EventGrid?functionName=OnEvent")
        {
            Headers = { { "aeg-event-type", "Notification" } },
            Content = new StringContent("[]", Encoding.UTF8, "application/json"),
        };
        using var delivered = await host.Client.SendAsync(notification);
        return (web.StatusCode, delivered.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(TestHost host, string function, string body, string? type = "application/json")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null) content.Headers.ContentType = new(type);
        return host.Client.PostAsync($"/admin/functions/{function}", content);
    }

    private Task<TestHost> StartAsync(params string[] args) =>
        TestHost.StartAsync(azurite.ConnectionString, id, TimeProvider.System, [typeof(AdminFunctions)], [$"--Names={id}", .. args]);
}
