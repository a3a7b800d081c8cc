using System.Diagnostics;
using System.Text.Json.Nodes;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Worker;

/// <summary>The azure build, as far as it can be seen where the worker's packages can't be restored.</summary>
public sealed class AzureBuildTests
{
    [Fact]
    public async Task AzureBuild_Evaluated_HasTheWorkersPackagesAndAFastStart()
    {
        var build = JsonNode.Parse(await DotnetAsync(
            "msbuild", "functions/App/App.csproj", "-p:FunctionsHost=azure", "-p:Configuration=Release",
            "-getItem:PackageReference", "-getItem:PackageVersion", "-getItem:ProjectReference", "-getItem:None",
            "-getProperty:PublishReadyToRun,FunctionsEnablePlaceholder,AzureFunctionsVersion,OutputType,TargetFramework,SelfContained,RuntimeIdentifier,DefineConstants"))!;
        var versions = build["Items"]!["PackageVersion"]!.AsArray().ToDictionary(item => (string)item!["Identity"]!, item => (string)item!["Version"]!);
        var packages = Names(build, "PackageReference").Where(name => name.StartsWith("Microsoft.Azure.Functions.", StringComparison.Ordinal));

        Assert.Equal(
            [
                "Microsoft.Azure.Functions.Worker 2.52.0",
                "Microsoft.Azure.Functions.Worker.Extensions.EventGrid 3.6.0",
                "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore 2.1.1",
                "Microsoft.Azure.Functions.Worker.Extensions.Storage.Queues 5.5.5",
                "Microsoft.Azure.Functions.Worker.Extensions.Timer 4.3.1",
                "Microsoft.Azure.Functions.Worker.Sdk 2.1.0",
            ],
            packages.Select(name => $"{name} {versions[name]}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Names(build, "ProjectReference"), name => name.Contains("Hosting", StringComparison.Ordinal));
        var properties = build["Properties"]!;
        Assert.Equal(
            ("true", "true", "v4", "Exe", "net10.0", "false", "linux-x64"),
            (Text("PublishReadyToRun"), Text("FunctionsEnablePlaceholder"), Text("AzureFunctionsVersion"), Text("OutputType"), Text("TargetFramework"), Text("SelfContained"), Text("RuntimeIdentifier")));

        string Text(string name) => (string)properties[name]!;
    }

    [Theory]
    [InlineData(null, "embedded")]
    [InlineData("true", "azure")]
    public async Task Host_ByDefault_IsTheEmbeddedOneForBuildsAndAzureForPublish(string? publishing, string host)
    {
        string[] args = ["msbuild", "functions/App/App.csproj", "-getProperty:FunctionsHost"];

        var chosen = await DotnetAsync(publishing is null ? args : [.. args, "-p:_IsPublishing=" + publishing]);

        Assert.Equal(host, chosen.Trim());
    }

    [Fact]
    public async Task Publish_OfTheEmbeddedHost_PutsHostJsonAndAzuriteAtTheirPlaces()
    {
        var folder = Directory.CreateTempSubdirectory("publish").FullName;
        try
        {
            await DotnetAsync("publish", "functions/App/App.csproj", "-p:FunctionsHost=embedded", "-c", Configuration, "--no-build", "-o", folder, "-v", "quiet");

            Assert.True(File.Exists(Path.Combine(folder, "host.json")));
            Assert.True(File.Exists(Path.Combine(folder, "azurite", "azurite.mjs")));
            Assert.False(Directory.Exists(Path.Combine(folder, "azurite", "node_modules")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void App_ButForItsProgram_DoesNotKnowItsHost()
    {
        var app = Repository.File("functions/App");
        var knowing = Directory.EnumerateFiles(app, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(app, file) is var path && !path.StartsWith("bin", StringComparison.Ordinal) && !path.StartsWith("obj", StringComparison.Ordinal) && path != "Program.cs")
            .Where(file => File.ReadLines(file).Any(Knows));

        Assert.Empty(knowing);
    }

    [Theory]
    [InlineData("#if AZURE_HOST", true)]
    [InlineData("  # if DEBUG", true)]
    [InlineData("using Serverless.Hosting.Startup;", true)]
    [InlineData("var host = Environment.GetEnvironmentVariable(\"AZURE_HOST\");", true)]
    [InlineData("using Microsoft.Azure.Functions.Worker;", false)]
    public void Line_ThatKnowsTheHost_IsFound(string line, bool knows) => Assert.Equal(knows, Knows(line));

    // Of this run's own build: …/bin/{Configuration}/net10.0/Serverless.App.dll
    private static string Configuration => new DirectoryInfo(AppProcess.AppAssembly).Parent!.Parent!.Name;

    private static bool Knows(string line) =>
        line.Replace(" ", "", StringComparison.Ordinal).StartsWith("#if", StringComparison.Ordinal)
        || line.Contains("AZURE_HOST", StringComparison.Ordinal) || line.Contains("Serverless.Hosting", StringComparison.Ordinal);

    private static IEnumerable<string> Names(JsonNode build, string item) => build["Items"]![item]!.AsArray().Select(found => (string)found!["Identity"]!);

    private static async Task<string> DotnetAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", args) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        // Of the test run's own build, which would steer this one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await errors);
        return await output;
    }
}
