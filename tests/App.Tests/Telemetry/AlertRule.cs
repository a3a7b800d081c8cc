using YamlDotNet.RepresentationModel;

namespace Serverless.App.Tests.Telemetry;

/// <summary>A rule of <c>infra/prometheus/rules.yml</c>.</summary>
/// <param name="Record">The name of what it records, or null.</param>
/// <param name="Alert">The name of the alert that it is, or null.</param>
/// <param name="Expression">What it asks.</param>
/// <param name="Severity">As its labels say, or null.</param>
/// <param name="Annotations">What it tells.</param>
internal sealed record AlertRule(string? Record, string? Alert, string Expression, string? Severity, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>Every rule of the file.</summary>
    public static IReadOnlyList<AlertRule> All { get; } =
        [.. Children(InfraFiles.Yaml("infra", "prometheus", "rules.yml")[0], "groups").SelectMany(group => Children(group, "rules")).Select(Of)];

    private static AlertRule Of(YamlNode rule) => new(Text(rule, "record"), Text(rule, "alert"), Text(rule, "expr")!, Child(rule, "labels") is { } labels ? Text(labels, "severity") : null,
        Child(rule, "annotations") is YamlMappingNode told ? told.Children.ToDictionary(one => one.Key.ToString(), one => one.Value.ToString()) : []);

    private static IEnumerable<YamlNode> Children(YamlNode node, string name) => ((YamlSequenceNode)node[name]).Children;

    private static YamlNode? Child(YamlNode node, string name) => ((YamlMappingNode)node).Children.TryGetValue(name, out var child) ? child : null;

    private static string? Text(YamlNode node, string name) => Child(node, name)?.ToString();
}
