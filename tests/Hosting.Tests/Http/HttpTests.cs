using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Serverless.Hosting.Tests.Http;

public sealed class HttpTests
{
    private static readonly Type[] Functions = [typeof(HttpFunctions), typeof(ScopedFunctions)];

    [Theory]
    [InlineData("GET", "/ByName", 200, "GET")]
    [InlineData("DELETE", "/byname", 200, "DELETE")]
    [InlineData("GET", "/typed/7/0190163d-8694-739b-aea5-966c26f8ad91", 200, "GET 7 0190163d-8694-739b-aea5-966c26f8ad91")]
    [InlineData("GET", "/typed/7", 200, "GET 7 ")]
    [InlineData("GET", "/typed/seven", 404, "")]
    [InlineData("POST", "/v1/models/iris:predict", 200, "iris text/plain; charset=utf-8")]
    [InlineData("GET", "/v1/models/iris:predict", 404, "")]
    [InlineData("POST", "/v1/models/iris:explain", 404, "")]
    [InlineData("PUT", "/Write", 418, "WriteTrue")]
    [InlineData("GET", "/Write", 404, "")]
    [InlineData("GET", "/pet", 200, """{"name":"Rex","age":4}""")]
    [InlineData("GET", "/Throws", 500, "")]
    [InlineData("GET", "/Scoped", 200, "same")]
    [InlineData("GET", "/nowhere", 404, "")]
    public async Task Request_Any_IsAnsweredAsByTheFunctionsHost(string method, string path, int status, string body)
    {
        await using var host = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST") request.Content = new StringContent("x");

        using var answer = await host.Client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        if (status == 404) Assert.Empty(answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task RoutePrefix_OfHostJson_IsPutBeforeEveryRoute()
    {
        await using var host = await StartAsync("--AzureFunctionsJobHost:extensions:http:routePrefix=api");

        Assert.Equal(new Pet("Rex", 8), await host.Client.GetFromJsonAsync<Pet>("/api/pet"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/pet")).StatusCode);
    }

    [Fact]
    public async Task FunctionTimeout_Reached_CancelsTheTokenAndAnswers500()
    {
        await using var host = await StartAsync("--AzureFunctionsJobHost:functionTimeout=00:00:00.2");

        using var answer = await host.Client.GetAsync("/Slow");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.Equal("GET", await host.Client.GetStringAsync("/ByName"));
    }

    [Fact]
    public async Task Limits_OneRunningTwoOutstandingOfFour_AnswersTwoAndRefusesTwo()
    {
        await using var host = await StartAsync(
            "--AzureFunctionsJobHost:extensions:http:maxConcurrentRequests=1", "--AzureFunctionsJobHost:extensions:http:maxOutstandingRequests=2");
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Recorder.Switches["hold"] = hold;

        var asked = Enumerable.Range(0, 4).Select(_ => host.Client.GetAsync("/Held")).ToList();
        await host.Recorder.NextAsync<string>();
        while (asked.Count(one => one.IsCompleted) < 2) await Task.WhenAny(asked.Where(one => !one.IsCompleted));
        hold.SetResult();
        var statuses = (await Task.WhenAll(asked)).Select(answer => (int)answer.StatusCode).Order();

        Assert.Equal([200, 200, 429, 429], statuses);
    }

    [Fact]
    public async Task Caller_Gone_CancelsTheFunction()
    {
        await using var host = await StartAsync();
        using var caller = new CancellationTokenSource();
        var asked = host.Client.GetAsync("/Slow", caller.Token);
        await host.Recorder.NextAsync<string>();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal("ended", await host.Recorder.NextAsync<string>());
    }

    [Fact]
    public async Task Host_StoppedWhileARequestRuns_LetsItFinish()
    {
        var host = await StartAsync();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Recorder.Switches["hold"] = hold;
        var asked = host.Client.GetAsync("/Held");
        await host.Recorder.NextAsync<string>();

        var stopping = host.StopAsync();
        hold.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await asked).StatusCode);
        await stopping;
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Middleware_Registered_SeesTheHttpContextAndMayAnswerItself()
    {
        var builder = TestHost.Builder(Functions);
        builder.Services.AddScoped<ScopedThing>();
        builder.UseMiddleware(async (context, next) =>
        {
            var http = context.Items.Values.OfType<HttpContext>().Single();
            Assert.Same(http, context.Items["HttpRequestContext"]);
            http.Response.Headers["x-function"] = context.FunctionDefinition.Name;
            if (http.Request.Query.ContainsKey("stop")) http.Response.StatusCode = 403;
            else await next();
        });
        await using var host = await TestHost.StartAsync(builder);

        using var passed = await host.Client.GetAsync("/pet");
        using var stopped = await host.Client.GetAsync("/pet?stop");

        Assert.Equal("Poco", passed.Headers.GetValues("x-function").Single());
        Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, stopped.StatusCode);
    }

    [Theory]
    [InlineData(typeof(ReservedRoute), "belong to the host")]
    [InlineData(typeof(ReservedName), "belong to the host")]
    [InlineData(typeof(Twins), "more than once")]
    [InlineData(typeof(Stray), "'nobody'")]
    [InlineData(typeof(TwoTriggers), "one trigger is needed")]
    [InlineData(typeof(RetriedQueue), "AZFW0012")]
    public void Functions_ThatCannotBeServed_AreRefusedAtStartWithTheReason(Type functions, string reason)
    {
        var problem = Assert.Throws<InvalidOperationException>(() => TestHost.Builder([functions]).Build());

        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    private static Task<TestHost> StartAsync(params string[] args)
    {
        var builder = TestHost.Builder(Functions, args);
        builder.Services.AddScoped<ScopedThing>();
        return TestHost.StartAsync(builder);
    }

    private sealed class ReservedRoute
    {
        [Function("Fine")]
        public static void Run([HttpTrigger(Route = "admin/x")] HttpRequest request) => request.ToString();
    }

    private sealed class ReservedName
    {
        [Function("RuntimeThings")]
        public static void Run([HttpTrigger] HttpRequest request) => request.ToString();
    }

    private sealed class Twins
    {
        [Function("Same")]
        public static void One([HttpTrigger] HttpRequest request) => request.ToString();

        [Function("same")]
        public static void Two([HttpTrigger] HttpRequest request) => request.ToString();
    }

    private sealed class Stray
    {
        [Function("Stray")]
        public static void Run([HttpTrigger(Route = "x/{somebody}")] HttpRequest request, string nobody) => request.ToString();
    }

    private sealed class TwoTriggers
    {
        [Function("Two")]
        public static void Run([HttpTrigger] HttpRequest request, [TimerTrigger("0 * * * *")] TimerInfo timer) => request.ToString();
    }

    private sealed class RetriedQueue
    {
        [Function("Retried")]
        [FixedDelayRetry(2, "00:00:01")]
        public static void Run([QueueTrigger("q")] string message) => message.ToString();
    }
}
