using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>The files that Prometheus is given, read by its own tool, and what the tool does not ask of them.</summary>
public sealed class PrometheusFilesTests
{
    public static TheoryData<string> Alerts { get; } = [.. AlertRule.All.Select(rule => rule.Alert).OfType<string>()];

    [Theory]
    [InlineData("check", "rules", "rules.yml")]
    [InlineData("test", "rules", "rules.test.yml")]
    public async Task File_PassesPrometheusOwnTool(string verb, string noun, string file)
    {
        var (code, says) = await Promtool.RunAsync("", verb, noun, InfraFiles.PathOf("infra", "prometheus", file));
        Assert.True(code == 0, says);
    }

    [Fact]
    public async Task Configuration_PassesPrometheusOwnTool()
    {
        // The tool looks for the key's file, which is the container's; and for the rules beside the configuration.
        var folder = Directory.CreateTempSubdirectory("prometheus-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "prometheus.yml"), ScrapedSuite.Configuration("suite:8080"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, ScrapedSuite.KeyFile), "key", TestContext.Current.CancellationToken);
            File.Copy(InfraFiles.PathOf("infra", "prometheus", "rules.yml"), Path.Combine(folder.FullName, "rules.yml"));
            var (code, says) = await Promtool.RunAsync("", "check", "config", Path.Combine(folder.FullName, "prometheus.yml"));
            Assert.True(code == 0, says);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alert_IsTestedBothWays_AndTellsWhatToDo(string alert)
    {
        var tests = InfraFiles.Read("infra", "prometheus", "rules.test.yml");
        Assert.Contains($"ALERTS{{alertname=\"{alert}\",alertstate=\"firing\",", tests, StringComparison.Ordinal);
        Assert.Matches($"- expr: ALERTS\\{{alertname=\"{alert}\",alertstate=\"firing\"\\}}\n +eval_time: \\w+\n +exp_samples: \\[\\]", tests);
        var rule = Assert.Single(AlertRule.All, rule => rule.Alert == alert);
        // The suite's own alerts keep the severity that their policy gave them.
        if (alert == "ModelAlertFiring") Assert.Null(rule.Severity);
        else Assert.Contains(rule.Severity, (string[])["critical", "warning", "info"]);
        Assert.True(rule.Annotations["summary"].Length > 10 && rule.Annotations["description"].Length > 20);
        Assert.Equal($"docs/operations.md#{alert.ToLowerInvariant()}", rule.Annotations["runbook"]);
    }
}
