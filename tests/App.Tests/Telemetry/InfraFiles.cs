using Serverless.Testing;
using YamlDotNet.RepresentationModel;

namespace Serverless.App.Tests.Telemetry;

/// <summary>The repository's files that no program reads here: those of <c>infra/</c>, the pages, the container files.</summary>
internal static class InfraFiles
{
    /// <summary>Where a file of the repository lies.</summary>
    public static string PathOf(params string[] parts) => Repository.File(parts);

    /// <summary>A file's text.</summary>
    public static string Read(params string[] parts) => File.ReadAllText(PathOf(parts));

    /// <summary>The documents of a YAML file.</summary>
    public static IReadOnlyList<YamlNode> Yaml(params string[] parts)
    {
        var stream = new YamlStream();
        using var text = new StringReader(Read(parts));
        stream.Load(text);
        return [.. stream.Documents.Select(document => document.RootNode)];
    }
}
