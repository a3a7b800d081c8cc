using System.Reflection;
using System.Text.RegularExpressions;
using Serverless.Core.Tests.Statistics.Comparison;
using Serverless.Core.Tests.Statistics.Detectors;
using Serverless.Core.Tests.Statistics.Drift;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>No figure of a golden file is left out silently: every node remembers whether a test has read it.</summary>
public sealed class GoldenLedgerTests
{
    private static readonly Type[] Readers =
    [
        typeof(TwoSampleGoldenTests), typeof(MoreTwoSampleGoldenTests), typeof(OneSidedGoldenTests), typeof(SpreadAndShapeGoldenTests), typeof(TableGoldenTests), typeof(EvidentlyGoldenTests), typeof(UndefinedGoldenTests), typeof(HardCasesGoldenTests), typeof(DiscrepancyGoldenTests),
        typeof(KolmogorovLawTests), typeof(TailTests), typeof(BinaryMetricsGoldenTests), typeof(OtherMetricsGoldenTests), typeof(MoreMetricsGoldenTests), typeof(ComparisonGoldenTests), typeof(DetectorTests),
    ];

    // What names a case or tells how it was made: the reference's warnings are about itself, its critical values are in its p-values, and fairness has no use for scores.
    private static readonly HashSet<string> Explains = ["meta", "doc", "name", "data_ref", "kind", "warnings", "critical_values", "ties", "weighted", "labels", "change"];

    [Fact]
    public void EveryFigure_OfEveryGoldenFile_IsReadByATest()
    {
        foreach (var reader in Readers) Run(reader);
        var unread = Directory.EnumerateFiles(Golden.Folder, "*.json").Select(Path.GetFileNameWithoutExtension)
            .SelectMany(name => Golden.File(name!).Unread(name!, name == "fairness" ? Explains.Append("score").ToHashSet() : Explains))
            .GroupBy(path => Regex.Replace(path, @"\[\d+\]", "[]")).Select(group => $"{group.Key} ({group.Count()}, first {group.First()})").ToArray();
        Assert.True(unread.Length == 0, $"Read by no test: {string.Join("; ", unread)}");
    }

    private static void Run(Type tests)
    {
        var instance = Activator.CreateInstance(tests);
        foreach (var test in tests.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => method.GetCustomAttributes<FactAttribute>().Any()))
        {
            var rows = test.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data).DefaultIfEmpty([]);
            foreach (var row in rows) test.Invoke(instance, row);
        }
    }
}
