using System.Text.RegularExpressions;
using Serverless.Core.Monitoring;

namespace Serverless.App.Tests.Telemetry;

/// <summary>The runbook has a section for every alert that anybody may be called by, and each says what it means, where to look, what to do.</summary>
public sealed partial class OperationsPageTests
{
    private static readonly Dictionary<string, string> Sections = Section().Matches(InfraFiles.Read("docs", "operations.md"))
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["text"].Value);

    public static TheoryData<string> Alerts { get; } = [.. AlertRule.All.Select(rule => rule.Alert).OfType<string>()];

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alert_OfPrometheus_HasItsSection(string alert)
    {
        AssertWhole(alert);
        var severity = AlertRule.All.Single(rule => rule.Alert == alert).Severity ?? "of the alert";
        Assert.StartsWith($"*{severity}*", Sections[alert].Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public void Monitors_AndWhatElseBecomesAnAlert_HaveTheirs()
    {
        foreach (var monitor in MonitoringPolicy.Defaults.Keys) AssertWhole(monitor);
        foreach (var monitor in new MonitoringPolicy().InForce.Keys) AssertWhole(monitor);
        AssertWhole(QueueMonitor.Name);
        // A breach is what the monitor's own section is about.
        foreach (var cause in Enum.GetValues<AlertCause>().Where(cause => cause != AlertCause.Breach)) AssertWhole(cause.ToString().ToLowerInvariant());
        var signals = MonitoringPolicy.Defaults.Values.Select(monitor => monitor.Signal).ToHashSet();
        Assert.All(Enum.GetValues<Signal>(), signal => Assert.Contains(signal, signals));
    }

    [Fact]
    public void Sections_OfPrometheus_AreOfAlertsThatThereAre()
    {
        var page = InfraFiles.Read("docs", "operations.md");
        var part = page[page.IndexOf("## Alerts of Prometheus", StringComparison.Ordinal)..page.IndexOf("## Alerts of the suite", StringComparison.Ordinal)];
        Assert.Equal(AlertRule.All.Select(rule => rule.Alert).OfType<string>(), Section().Matches(part).Select(match => match.Groups["name"].Value));
    }

    private static void AssertWhole(string name)
    {
        Assert.True(Sections.TryGetValue(name, out var text), $"docs/operations.md has no section {name}.");
        foreach (var part in (string[])["Meaning", "First look", "Action"]) Assert.Matches($@"- \*\*{part}\.\*\* \S", text);
    }

    [GeneratedRegex(@"^### (?<name>\S+)\n(?<text>.*?)(?=\n##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();
}
