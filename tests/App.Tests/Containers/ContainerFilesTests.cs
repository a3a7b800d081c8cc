using System.Text.RegularExpressions;
using Serverless.App.Access;
using Serverless.App.Tests.Telemetry;
using Serverless.Core.Access;
using Serverless.Services.Storage;
using YamlDotNet.RepresentationModel;

namespace Serverless.App.Tests.Containers;

/// <summary>Container files, compose.yaml and the manifests beside it name paths, ports, settings and images; here each is held against what it names.</summary>
public sealed partial class ContainerFilesTests
{
    private const string Port = "8080";
    private static readonly string Slim = InfraFiles.Read("infra", "containers", "slim.Dockerfile");
    private static readonly YamlNode Compose = InfraFiles.Yaml("compose.yaml")[0];

    public static TheoryData<string> ContainerFiles { get; } = ["slim.Dockerfile", "functions.Dockerfile"];

    /// <summary>Files that a build needs from its context, so that .dockerignore may not hold them back.</summary>
    public static TheoryData<string> Context { get; } =
        ["functions/App/App.csproj", "functions/Hosting/azurite/package.json", "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", "global.json", "host.json", ".editorconfig"];

    [Theory]
    [MemberData(nameof(ContainerFiles))]
    public void ContainerFile_BuildsWhatIsThere_OnTheFrameworkOfTheProjects(string name)
    {
        var text = InfraFiles.Read("infra", "containers", name);
        Assert.True(Directory.Exists(InfraFiles.PathOf(Publish().Match(text).Groups["project"].Value)), text);
        var framework = Regex.Match(InfraFiles.Read("Directory.Build.props"), "<TargetFramework>net(.+)</TargetFramework>").Groups[1].Value;
        Assert.All(Image().Matches(text).Select(image => image.Groups["tag"].Value), tag => Assert.EndsWith(framework, tag, StringComparison.Ordinal));
        Assert.Equal(2, Image().Count(text));
    }

    [Fact]
    public void SlimImage_IsStartedAndProbedAsTheApplicationListens()
    {
        var project = InfraFiles.Read("functions", "App", "App.csproj");
        var assembly = Regex.Match(project, "<AssemblyName>(.+)</AssemblyName>").Groups[1].Value + ".dll";
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{assembly}\"]", Slim, StringComparison.Ordinal);
        Assert.Contains($"CMD [\"dotnet\", \"{assembly}\", \"--probe\", \"http://127.0.0.1:{Port}/v2/health/live\"]", Slim, StringComparison.Ordinal);
        Assert.Contains("USER $APP_UID", Slim, StringComparison.Ordinal);
        Assert.Contains($"ASPNETCORE_HTTP_PORTS={Port}", Slim, StringComparison.Ordinal);
        Assert.Contains($"EXPOSE {Port}\n", Slim, StringComparison.Ordinal);
        Assert.Contains("-p:FunctionsHost=embedded", Slim, StringComparison.Ordinal);
        // Probes come without a key.
        Assert.All((string[])["GetServerLive", "GetServerReady"], function => Assert.Equal(Role.Open, RoleTable.Needed(function, [])));
    }

    [Theory]
    [MemberData(nameof(Context))]
    public void Context_HoldsWhatTheBuildNeeds(string path)
    {
        Assert.True(File.Exists(InfraFiles.PathOf(path)), path);
        var ignored = InfraFiles.Read(".dockerignore").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Replace("**/", "", StringComparison.Ordinal)).ToHashSet();
        Assert.DoesNotContain(path.Split('/'), ignored.Contains);
    }

    [Fact]
    public void Compose_NamesFilesAndPartsThatThereAre()
    {
        var (suite, prometheus, grafana) = (Compose["services"]["suite"], Compose["services"]["prometheus"], Compose["services"]["grafana"]);
        Assert.True(File.Exists(InfraFiles.PathOf(suite["build"]["dockerfile"].ToString())));
        var mounts = new[] { prometheus, grafana }.SelectMany(service => Items(service["volumes"])).Select(volume => volume.Split(':')).ToDictionary(parts => parts[1], parts => parts[0]);
        Assert.All(mounts.Values, path => Assert.True(Path.Exists(InfraFiles.PathOf(path)), path));
        Assert.Equal($"127.0.0.1:8080:{Port}", Assert.Single(Items(suite["ports"])));
        Assert.All(((YamlMappingNode)Compose["services"]).Children.Where(service => service.Value is YamlMappingNode node && node.Children.ContainsKey("ports")), service =>
            Assert.All(Items(service.Value["ports"]), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal)));
        // What the provisioned files say is where compose.yaml puts it.
        var scrape = InfraFiles.Yaml("infra", "prometheus", "prometheus.yml")[0]["scrape_configs"][0];
        Assert.Equal($"suite:{Port}", scrape["static_configs"][0]["targets"][0].ToString());
        Assert.Equal(prometheus["configs"][0]["target"].ToString(), scrape["authorization"]["credentials_file"].ToString());
        Assert.Equal(suite["environment"]["Access__AdminKey"].ToString(), Compose["configs"]["scrape-key"]["content"].ToString());
        Assert.Equal("http://prometheus:9090", InfraFiles.Yaml("infra", "grafana", "provisioning", "datasources", "prometheus.yml")[0]["datasources"][0]["url"].ToString());
        var dashboards = InfraFiles.Yaml("infra", "grafana", "provisioning", "dashboards", "serverless-mlops.yml")[0]["providers"][0]["options"]["path"].ToString();
        Assert.Equal("./infra/grafana/dashboards", mounts[dashboards]);
        Assert.True(File.Exists(InfraFiles.PathOf(mounts[dashboards], Path.GetFileName(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].ToString()))));
    }

    [Fact]
    public void Compose_RunsTheStorageThatTestsRun()
    {
        var version = Regex.Match(InfraFiles.Read("functions", "Hosting", "azurite", "package.json"), "\"azurite\": \"([^\"]+)\"").Groups[1].Value;
        Assert.EndsWith($"/azurite:{version}", Compose["services"]["azurite"]["image"].ToString(), StringComparison.Ordinal);
        var connection = Compose["services"]["suite"]["environment"]["AzureWebJobsStorage"].ToString();
        Assert.All(new[] { "Blob", "Queue", "Table" }.Index(), service => Assert.Contains($"{service.Item}Endpoint=http://azurite:{10000 + service.Index}/devstoreaccount1", connection, StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_AreOnesThatTheCodeReads()
    {
        var sources = string.Concat(Directory.EnumerateFiles(InfraFiles.PathOf("functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)).Select(File.ReadAllText));
        string[] named = [.. ((YamlMappingNode)Compose["services"]["suite"]["environment"]).Children.Keys.Select(name => name.ToString()), .. Manifests.Settings()];
        Assert.Contains("AzureWebJobsStorage__accountName", named);
        foreach (var name in named.Distinct())
        {
            var parts = name.Split("__");
            var read = sources.Contains($"\"{string.Join(':', parts)}\"", StringComparison.Ordinal)
                || (sources.Contains($"\"{parts[0]}\"", StringComparison.Ordinal) && (parts.Length == 1 || Regex.IsMatch(sources, $"(\\b|:){parts[1]}\\b( {{ get|\")")));
            Assert.True(read, $"Nothing reads {name}.");
        }
    }

    [Fact]
    public void Scaling_GoesByAQueueAndAMetricThatThereAre()
    {
        var triggers = ((YamlSequenceNode)Manifests.Of("keda.yaml", "ScaledObject")["spec"]["triggers"]).Children;
        Assert.Equal(StorageNames.ScanQueue, triggers.Single(trigger => trigger["type"].ToString() == "azure-queue")["metadata"]["queueName"].ToString());
        var query = triggers.Single(trigger => trigger["type"].ToString() == "prometheus")["metadata"]["query"].ToString();
        Assert.Contains(Dashboard.Queries, one => one.Expression.Contains(Regex.Match(query, "mlops_[a-z_]+").Value, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Items(YamlNode node) => ((YamlSequenceNode)node).Children.Select(item => item.ToString());

    [GeneratedRegex(@"dotnet publish (?<project>\S+)")]
    private static partial Regex Publish();

    [GeneratedRegex(@"^FROM .*mcr\.microsoft\.com/[^:\s]+:(?<tag>\S+)", RegexOptions.Multiline)]
    private static partial Regex Image();
}
