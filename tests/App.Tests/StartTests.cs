using System.Net;
using Serverless.Testing;

namespace Serverless.App.Tests;

public sealed class StartTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Application_Started_AnswersUnknownRoutesWithAnEmpty404AndStopsCleanly()
    {
        await using var app = await AppProcess.StartAsync(azurite.ConnectionString, null, TestContext.Current.CancellationToken);

        using var answer = await app.Client.GetAsync("/no-such-route");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.Equal(0, await app.StopAsync(TestContext.Current.CancellationToken));
    }
}
