using Serverless.App.Tests.Telemetry;
using YamlDotNet.RepresentationModel;

namespace Serverless.App.Tests.Containers;

/// <summary>The files of <c>infra/kubernetes</c>.</summary>
internal static class Manifests
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Directory.EnumerateFiles(InfraFiles.PathOf("infra", "kubernetes"), "*.yaml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    /// <summary>The one object of a kind in a file.</summary>
    public static YamlNode Of(string file, string kind) => InfraFiles.Yaml("infra", "kubernetes", file).Single(node => node["kind"].ToString() == kind);

    /// <summary>Every container of every object.</summary>
    public static IEnumerable<YamlNode> Containers() => Files.SelectMany(file => InfraFiles.Yaml("infra", "kubernetes", file)).SelectMany(Containers);

    /// <summary>The names of the settings that containers are given.</summary>
    public static IEnumerable<string> Settings() => Containers().SelectMany(container => ((YamlSequenceNode)container["env"]).Children).Select(setting => setting["name"].ToString());

    private static IEnumerable<YamlNode> Containers(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(child => child.Key.ToString() == "containers" ? ((YamlSequenceNode)child.Value).Children : Containers(child.Value)),
        YamlSequenceNode list => list.Children.SelectMany(Containers),
        _ => [],
    };
}
