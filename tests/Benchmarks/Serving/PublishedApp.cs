using System.Diagnostics;
using System.Text.RegularExpressions;
using Serverless.Testing;

namespace Serverless.Benchmarks.Serving;

/// <summary>The application as the slim container holds it: published with the embedded host, compiled ahead of time. Deleted when disposed.</summary>
internal sealed partial class PublishedApp : IDisposable
{
    private readonly string content;
    private readonly string? temporary;

    private PublishedApp(string content, string? temporary) => (this.content, this.temporary) = (content, temporary);

    public string Assembly => Path.Combine(content, Path.GetFileName(AppProcess.AppAssembly));

    /// <summary>One that was published before, and stays.</summary>
    public static PublishedApp At(string folder) => new(folder, null);

    /// <summary>Publishes it apart from the tree's own builds, as the container file does.</summary>
    public static async Task<PublishedApp> CreateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("slim-").FullName;
        var app = new PublishedApp(Path.Combine(folder, "app"), folder);
        string[] arguments =
        [
            "publish", Repository.File("functions", "App"), "-c", "Release", "-r", "linux-x64", "-p:FunctionsHost=embedded", "-p:RunAnalyzers=false",
            "--artifacts-path", Path.Combine(folder, "artifacts"), "-o", app.content,
        ];
        using var publish = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        return publish.ExitCode == 0 ? app : throw new InvalidOperationException($"dotnet publish failed:\n{output}");
    }

    /// <summary>What the container file sets for the runtime, and nothing that only measures.</summary>
    public static Dictionary<string, string> Environment() => new(Setting().Matches(File.ReadAllText(Repository.File("infra", "containers", "slim.Dockerfile")))
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value)) { [StartupHook.Variable] = "" };

    public void Dispose()
    {
        if (temporary is not null) Directory.Delete(temporary, recursive: true);
    }

    [GeneratedRegex(@"\b(?<name>DOTNET_\w+)=(?<value>\S+)")]
    private static partial Regex Setting();
}
