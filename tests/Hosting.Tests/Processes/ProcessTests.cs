using System.Net;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Processes;

/// <summary>The real application as a process: how it starts and what is left when it ends.</summary>
public sealed class ProcessTests(AzuriteFixture azurite)
{
    private static readonly Dictionary<string, string> Container = new() { ["DOTNET_RUNNING_IN_CONTAINER"] = "true" };

    [Fact]
    public async Task Application_Terminated_EndsWithCodeZero()
    {
        await using var app = await StartAsync(null);
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/admin/host/ping")).StatusCode);

        Assert.Equal(0, await app.StopAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Application_WhoseStarterIsGone_Ends()
    {
        await using var app = await StartAsync(null);

        app.CloseInput();

        using var limit = new CancellationTokenSource(Patience.Limit);
        Assert.Equal(0, await app.WaitForExitAsync(limit.Token));
    }

    [Fact]
    public async Task Application_InAContainer_EnforcesKeysAndSaysSo()
    {
        await using var app = await StartAsync(Container);

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Client.GetAsync("/admin/host/status")).StatusCode);
        Assert.Contains("Keys     enforced", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Application_OnLoopback_IsOpenAndSaysSo()
    {
        await using var app = await StartAsync(null);

        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/admin/host/status")).StatusCode);
        Assert.Contains("Keys     are not enforced: loopback development", app.Output, StringComparison.Ordinal);
    }

    private Task<AppProcess> StartAsync(Dictionary<string, string>? settings) =>
        AppProcess.StartAsync(azurite.ConnectionString, settings, TestContext.Current.CancellationToken);
}
