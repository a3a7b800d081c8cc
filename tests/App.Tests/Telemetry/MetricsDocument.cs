using System.Text.RegularExpressions;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>What <c>docs/metrics.md</c> says of each metric: its labels.</summary>
internal static partial class MetricsDocument
{
    /// <summary>The suite's own metrics, and the runtime's.</summary>
    public static Dictionary<string, string[]> Native { get; } = Read(NativeRow());

    /// <summary>Those under other systems' names.</summary>
    public static Dictionary<string, string[]> Compatible { get; } = Read(CompatibleRow());

    /// <summary>Fails where a page and the document differ: every metric shown is told of, with exactly its labels.</summary>
    public static void AssertTells(Dictionary<string, string[]> document, Scrape page)
    {
        foreach (var sample in page.Samples)
        {
            var name = page.Types.ContainsKey(sample.Name) ? sample.Name : sample.Name[..sample.Name.LastIndexOf('_')];
            Assert.True(document.TryGetValue(name, out var labels), $"docs/metrics.md does not tell of {name}.");
            Assert.Equal(labels.Order(StringComparer.Ordinal), sample.Labels.Keys.Where(label => label != "le").Order(StringComparer.Ordinal));
        }
    }

    private static Dictionary<string, string[]> Read(Regex row) => row.Matches(File.ReadAllText(Repository.File("docs", "metrics.md")))
        .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(@"^\| `(\w+)` \| (?:counter|gauge|histogram) \| ?([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex NativeRow();

    [GeneratedRegex(@"^\| `((?:nv|request|seldon)_\w+)` \| ([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex CompatibleRow();
}
