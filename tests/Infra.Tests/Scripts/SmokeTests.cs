using Serverless.Testing;

namespace Serverless.Infra.Tests.Scripts;

/// <summary>The smoke test against the running application: it holds where all is well, and only there.</summary>
public sealed class SmokeTests(AzuriteFixture azurite)
{
    private const string AdminKey = "the-first-key";

    [Fact]
    public async Task Suite_ThatIsWell_Passes()
    {
        await using var app = await StartAsync("--enableAuth");
        var outcome = await SmokeAsync(app.Address, ("SMOKE_HEADER", $"x-api-key: {AdminKey}"), ("SMOKE_TRIES", "60"));
        Assert.True(outcome.Code == 0, outcome.Text + app.Output);
        Assert.Equal(6, outcome.Output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Caller_WhoIsNotLetIn_AndModelThatIsNotThere_Fail()
    {
        await using var app = await StartAsync("--enableAuth");
        var stranger = await SmokeAsync(app.Address, ("SMOKE_HEADER", "x-api-key: another"));
        Assert.Equal(1, stranger.Code);
        Assert.Contains("FAILED  callers are let in: /v2/models answered 401, not 200", stranger.Output, StringComparison.Ordinal);
        var model = await SmokeAsync(app.Address, ("SMOKE_HEADER", $"x-api-key: {AdminKey}"), ("SMOKE_MODEL", "nobody"));
        Assert.Equal(1, model.Code);
        Assert.Contains("FAILED  nobody is ready", model.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suite_ThatLetsEverybodyIn_Fails()
    {
        await using var app = await StartAsync();
        var outcome = await SmokeAsync(app.Address);
        Assert.Equal(1, outcome.Code);
        Assert.Contains("FAILED  strangers are not let in: /v2/models answered 200, not 401", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyThere_Fails()
    {
        var outcome = await SmokeAsync(new Uri("http://127.0.0.1:9"));
        Assert.Equal(1, outcome.Code);
        Assert.DoesNotContain("ok ", outcome.Output, StringComparison.Ordinal);
    }

    private Task<AppProcess> StartAsync(params string[] arguments) => AppProcess.StartAsync(
        azurite.ConnectionString, new Dictionary<string, string> { ["Access:AdminKey"] = AdminKey }, TestContext.Current.CancellationToken, arguments);

    private static Task<Outcome> SmokeAsync(Uri address, params (string, string)[] environment) =>
        Tool.RunAsync(Repository.File("infra", "scripts", "smoke.sh"), Repository.Root, [address.ToString()], [("SMOKE_TRIES", "1"), ("SMOKE_PAUSE", "1"), .. environment]);
}
