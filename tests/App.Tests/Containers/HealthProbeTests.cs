using System.Diagnostics;
using Serverless.Testing;

namespace Serverless.App.Tests.Containers;

/// <summary>The application as its container's health check, without a shell.</summary>
public sealed class HealthProbeTests(Suite suite) : IClassFixture<Suite>
{
    [Theory]
    [InlineData("/v2/health/live", 0)]
    [InlineData("/no-such-route", 1)]
    public async Task Probe_EndsWithNought_WhereTheAddressAnswersWithSuccess(string path, int expected) =>
        Assert.Equal(expected, await ProbeAsync(new Uri(suite.App.Address, path).ToString()));

    [Theory]
    [InlineData("http://127.0.0.1:1/v2/health/live")]
    [InlineData("no address")]
    public async Task Probe_OfNobody_EndsWithOne(string url) => Assert.Equal(1, await ProbeAsync(url));

    private static async Task<int> ProbeAsync(string url)
    {
        using var probe = Process.Start("dotnet", [AppProcess.AppAssembly, "--probe", url]);
        await probe.WaitForExitAsync(TestContext.Current.CancellationToken);
        return probe.ExitCode;
    }
}
