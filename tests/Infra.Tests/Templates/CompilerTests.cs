using System.Text.Json;
using System.Text.RegularExpressions;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Templates;

/// <summary>The compiler and its linter have nothing to say, and a what-if sees everything.</summary>
public sealed partial class CompilerTests(Snapshots snapshots)
{
    private static readonly string Infra = Repository.File("infra");

    private static IEnumerable<string> Files => Directory.EnumerateFiles(Infra, "*.bicep*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".bicep" or ".bicepparam");

    [Theory]
    [InlineData("main.bicep")]
    [InlineData("subscriptions.bicep")]
    public async Task Templates_CompileWithoutAWord(string file)
    {
        var linted = await Bicep.RunAsync(Infra, ["lint", file]);
        Assert.True(linted is { Code: 0, Output: "", Errors: "" }, linted.Text);
    }

    [Fact]
    public void EveryFile_IsPartOfATemplate()
    {
        var text = string.Concat(Files.Select(File.ReadAllText));
        Assert.All(Files.Where(file => Path.GetExtension(file) == ".bicep").Select(file => Path.GetFileName(file)).Except(["main.bicep", "subscriptions.bicep"]),
            name => Assert.Matches($@"'[./a-z]*{Regex.Escape(name)}'", text));
    }

    [Fact]
    public async Task EveryFile_IsFormatted()
    {
        foreach (var file in Files)
            Assert.Equal((await Bicep.RunAsync(Infra, ["format", file, "--stdout"])).Output.TrimEnd(), (await File.ReadAllTextAsync(file)).TrimEnd());
    }

    [Fact]
    public void Linter_TakesEveryRuleForAnError()
    {
        var core = JsonDocument.Parse(File.ReadAllText(Repository.File("infra", "bicepconfig.json"))).RootElement.GetProperty("analyzers").GetProperty("core");
        Assert.True(core.GetProperty("enabled").GetBoolean());
        Assert.All(core.GetProperty("rules").EnumerateObject(), rule => Assert.Equal("error", rule.Value.GetProperty("level").GetString()));
    }

    [Fact]
    public async Task Linter_FindsWhatIsWrong()
    {
        // That the checks above can fail: the same configuration, and files with one fault each.
        var folder = Directory.CreateTempSubdirectory("lint-").FullName;
        try
        {
            File.Copy(Path.Combine(Infra, "bicepconfig.json"), Path.Combine(folder, "bicepconfig.json"));
            await File.WriteAllTextAsync(Path.Combine(folder, "unused.bicep"), "param nobody string\n");
            await File.WriteAllTextAsync(Path.Combine(folder, "unknown.bicep"), "resource id 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {\n  name: 'id'\n  location: 'westeurope'\n  colour: 'red'\n}\n");
            foreach (var (file, code) in ((string, string)[])[("unused.bicep", "no-unused-params"), ("unknown.bicep", "BCP037")])
                Assert.Contains(code, (await Bicep.RunAsync(folder, ["lint", file])).Text, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void WhatIf_SeesEverything() => Assert.All(snapshots.All, one => Assert.Empty(one.Diagnostics));

    [Fact]
    public void ApiVersions_AreTheSameForAType() => Assert.Empty(
        Files.SelectMany(file => ResourceType().Matches(File.ReadAllText(file)))
            .GroupBy(match => match.Groups["type"].Value, match => match.Groups["version"].Value)
            .Where(type => type.Distinct().Count() > 1).Select(type => type.Key));

    [Fact]
    public void Parameters_OfAzd_AreThoseOfTheTemplate() => Assert.Equal(
        snapshots.Main.GetProperty("parameters").EnumerateObject().Select(parameter => parameter.Name).Order(StringComparer.Ordinal),
        JsonDocument.Parse(File.ReadAllText(Repository.File("infra", "main.parameters.json"))).RootElement.GetProperty("parameters").EnumerateObject().Select(parameter => parameter.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void EveryResource_CarriesTheTags_WhereItCan() => Assert.Empty(
        from resource in snapshots.Closed.Resources
        where resource.TryGetProperty("location", out _) && resource.GetProperty("type").GetString() != "Microsoft.Web/sites/config"
        where !resource.TryGetProperty("tags", out var tags) || !tags.TryGetProperty("azd-env-name", out _)
        select resource.GetProperty("id").GetString());

    [GeneratedRegex(@"'(?<type>Microsoft\.[A-Za-z./]+)@(?<version>[0-9a-z-]+)'")]
    private static partial Regex ResourceType();
}
