using System.Text.RegularExpressions;
using Serverless.Testing;

namespace Serverless.Services.Tests;

/// <summary>The arrows between the rooms. Read from the sources, so that a using or a full name is enough to be seen.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Functions = Repository.File("functions");

    /// <summary>Each floor of Services, and the floors that it may use.</summary>
    private static readonly Dictionary<string, string[]> Floors = new()
    {
        ["Http"] = [],
        // Counters, how they are shown, and where they and traces go; it knows none of those who count and trace.
        ["Telemetry"] = [],
        ["Storage"] = [],
        ["Tables"] = ["Http"],
        ["Events"] = ["Storage", "Http", "Telemetry"],
        ["Registry"] = ["Storage", "Events", "Http", "Telemetry"],
        ["Predictions"] = ["Storage", "Events", "Registry", "Http", "Telemetry"],
        ["Inference"] = ["Storage", "Events", "Registry", "Predictions", "Http", "Telemetry"],
        ["Monitoring"] = ["Storage", "Tables", "Events", "Registry", "Predictions", "Inference", "Http", "Telemetry"],
        ["Rollout"] = ["Storage", "Tables", "Events", "Registry", "Predictions", "Inference", "Http", "Telemetry"],
        ["Learning"] = ["Storage", "Events", "Registry", "Predictions", "Inference", "Http", "Telemetry"],
        // Writes down what all of them take and give; nobody uses it but the application.
        ["Reference"] = ["Storage", "Tables", "Events", "Registry", "Predictions", "Inference", "Http", "Monitoring", "Rollout", "Learning"],
    };

    [Fact]
    public void Services_Floors_UseOnlyTheFloorsBelow() => Assert.Empty(
        from file in Sources("Services")
        let floor = Room(file, "Services")
        from used in Uses(file, "Services")
        where used != floor && !(Floors.TryGetValue(floor, out var allowed) && allowed.Contains(used))
        select $"{Path.GetRelativePath(Functions, file)} uses Services.{used}");

    [Fact]
    public void Services_HasOnlyTheFloorsOfTheDesign() => Assert.Empty(
        Sources("Services").Select(file => Room(file, "Services")).Distinct().Except(Floors.Keys));

    [Fact]
    public void Core_StatisticsAndProblems_StandAlone() => Assert.Empty(
        from file in Sources("Core")
        where Room(file, "Core") is "Statistics" or "Problems"
        from used in Uses(file, "Core")
        where used != Room(file, "Core")
        select $"{Path.GetRelativePath(Functions, file)} uses Core.{used}");

    [Theory]
    [InlineData("Core", "Services|Hosting|App")]
    [InlineData("Services", "Hosting|App")]
    [InlineData("Hosting", "Core|Services|App")]
    [InlineData("App", "Hosting")]
    public void Projects_PointDownOnly(string project, string forbidden) => Assert.Empty(
        from file in Sources(project)
        where Regex.IsMatch(File.ReadAllText(file), $@"\bServerless\.({forbidden})\b")
        select Path.GetRelativePath(Functions, file));

    [Fact]
    public void App_KnowsNoStorage() => Assert.Empty(
        from file in Sources("App")
        where Path.GetFileName(file) != "Program.cs" && Regex.IsMatch(File.ReadAllText(file), @"\bAzure\.(Data|Storage)\b")
        select Path.GetRelativePath(Functions, file));

    private static IEnumerable<string> Sources(string project)
    {
        var folder = Path.Combine(Functions, project);
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"));
    }

    private static string Room(string file, string project) =>
        Path.GetRelativePath(Path.Combine(Functions, project), file).Split(Path.DirectorySeparatorChar)[0];

    private static IEnumerable<string> Uses(string file, string project) =>
        Used().Matches(File.ReadAllText(file)).Where(match => match.Groups["project"].Value == project)
            .Select(match => match.Groups["room"].Value).Distinct();

    [GeneratedRegex(@"\bServerless\.(?<project>[A-Z]\w+)\.(?<room>[A-Z]\w+)")]
    private static partial Regex Used();
}
