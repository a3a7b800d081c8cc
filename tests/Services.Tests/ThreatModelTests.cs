using System.Text.RegularExpressions;
using Serverless.Testing;

namespace Serverless.Services.Tests;

/// <summary>What docs/security.md promises is tested: every class that it names is there.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string[] Rows = [.. File.ReadLines(Repository.File("docs", "security.md")).Where(line => line.StartsWith("| T", StringComparison.Ordinal))];

    [Fact]
    public void EveryThreat_NamesATest() => Assert.DoesNotContain(Rows, row => !TestClass().IsMatch(row));

    [Fact]
    public void EveryTestThatIsNamed_IsThere()
    {
        var there = Directory.EnumerateFiles(Repository.File("tests"), "*Tests.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var named = Rows.SelectMany(row => TestClass().Matches(row)).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.True(named.Length > 15, "The threats are not read.");
        Assert.DoesNotContain(named, name => !there.Contains(name));
    }

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex TestClass();
}
