using System.Text.Json;
using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Services.Http;

namespace Serverless.Services.Tests.Http;

public sealed class AnswerTests
{
    public static TheoryData<Exception> Away =>
    [
        new RequestFailedException(503, "busy"), new RequestFailedException(500, "broken"), new RequestFailedException(0, "no connection"), new RequestFailedException(429, "slow down"),
        new RequestFailedException(412, "replaced"), new AggregateException("Retry failed after 4 tries.", new RequestFailedException(0, "refused"), new RequestFailedException(503, "busy")),
    ];

    public static TheoryData<Exception> Faults =>
        [new RequestFailedException(403, "no right"), new RequestFailedException(404, "no table"), new InvalidOperationException("ours"), new AggregateException(), new AggregateException(new InvalidOperationException("ours"))];

    [Theory]
    [MemberData(nameof(Away))]
    public async Task StorageThatIsAway_Is503AndWhenToComeAgain(Exception failure)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        context.Response.Body = new MemoryStream();
        await (await Answer.From(() => throw failure)).ExecuteAsync(context);
        Assert.Equal((503, "1"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
        context.Response.Body.Position = 0;
        using var body = await JsonDocument.ParseAsync(context.Response.Body, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("urn:serverless-mlops:problem:unavailable", body.RootElement.GetProperty("type").GetString());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task OurOwnFaults_AreTheHosts(Exception failure) =>
        Assert.Same(failure, await Assert.ThrowsAnyAsync<Exception>(() => Answer.From(() => throw failure)));
}
