using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Serverless.Services.Tests;

/// <summary>What docs/security.md promises is tested: every class that it names is there.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string Repository = Path.GetFullPath(Path.Combine(Here(), "..", ".."));
    private static readonly string[] Rows = [.. File.ReadLines(Path.Combine(Repository, "docs", "security.md")).Where(line => line.StartsWith("| T", StringComparison.Ordinal))];

    [Fact]
    public void EveryThreat_NamesATest() => Assert.Empty(Rows.Where(row => !TestClass().IsMatch(row)));

    [Fact]
    public void EveryTestThatIsNamed_IsThere()
    {
        var there = Directory.EnumerateFiles(Path.Combine(Repository, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var named = Rows.SelectMany(row => TestClass().Matches(row)).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.True(named.Length > 15, "The threats are not read.");
        Assert.Empty(named.Where(name => !there.Contains(name)));
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex TestClass();
}
