using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Study;

/// <summary>How often a scan of clean windows alarms.</summary>
internal static class FalseAlarms
{
    private static readonly int[] Sizes = [100, 1_000, 10_000, 100_000];

    private static readonly DriftMethod[] OnRanks =
        [.. Enum.GetValues<DriftMethod>().Except([DriftMethod.Auto, DriftMethod.Wasserstein])];

    public static void OfNumbers(int scans, int features)
    {
        Scans.Head($"False alarms in {scans} clean scans of {features} numeric feature(s), per cent (95 % interval); rows in the window:", "method", Columns(Sizes));
        int[][] counts = [.. Sizes.Select(size => Scans.Count(scans, size + features, OnRanks.Length * 2, stream => OneScan(stream, size, features)))];
        for (var k = 0; k < OnRanks.Length; k++)
            Scans.Row($"{OnRanks[k]}{(OnRanks[k] == DriftMethod.KolmogorovSmirnov ? ", which Auto takes" : "")}", counts.Select(c => Scans.Share(c[k], scans)));
        Scans.Head("The same without the demand for a relevant effect", "method", Columns(Sizes));
        for (var k = 0; k < OnRanks.Length; k++)
            Scans.Row($"{OnRanks[k]}", counts.Select(c => Scans.Share(c[OnRanks.Length + k], scans)));
    }

    public static void OfLabels(int scans, int features)
    {
        Scans.Head($"False alarms in {scans} clean scans of {features} feature(s) of eight labels, per cent (95 % interval); rows in the window:", "rule", Columns(Sizes));
        var others = OtherRules.Labels;
        int[][] counts = [.. Sizes.Select(size => Scans.Count(scans, size + features + 1, others.Length + 1, stream =>
        {
            var random = new StudyRandom(stream);
            var measured = new List<FeatureMeasurement>();
            var answers = new bool[others.Length + 1];
            for (var f = 0; f < features; f++)
            {
                FeatureColumn reference = CleanPair.Labels(ref random, Scans.ReferenceSize, 0), current = CleanPair.Labels(ref random, size, 0);
                measured.Add(Measure.Feature($"f{f}", null, reference, current, DriftMethod.Auto));
                for (var k = 0; k < others.Length; k++)
                    answers[k] |= others[k].Alarms(reference, current);
            }
            answers[^1] = Scans.Drifted(measured, DriftRule.Default);
            return answers;
        }))];
        Scans.Row("**ours** (Auto: χ²)", counts.Select(c => Scans.Share(c[^1], scans)));
        for (var k = 0; k < others.Length; k++)
            Scans.Row(others[k].Name, counts.Select(c => Scans.Share(c[k], scans)));
    }

    /// <summary>On normal values, which Wasserstein needs; the sizes are given, since sorting thirty features of the largest would take most of an hour.</summary>
    public static void OfOtherRules(int scans, int features, int[] sizes)
    {
        var others = OtherRules.Numbers;
        var normals = new NormalColumns(Scans.ReferenceSize);
        Scans.Head($"The rules of others, and our Wasserstein, in {scans} clean scans of {features} normal feature(s), per cent; rows in the window:", "rule", Columns(sizes));
        int[][] counts = [.. sizes.Select(size => Scans.Count(scans, size + features + 2, others.Length + 1, stream =>
        {
            var random = new StudyRandom(stream);
            var measured = new List<FeatureMeasurement>();
            var answers = new bool[others.Length + 1];
            for (var f = 0; f < features; f++)
            {
                FeatureColumn reference = normals.Reference(ref random), current = NormalColumns.Sample(ref random, size, Change.None);
                measured.Add(Measure.Feature($"f{f}", null, reference, current, DriftMethod.Wasserstein));
                for (var k = 0; k < others.Length; k++)
                    answers[k] |= others[k].Alarms(reference, current);
            }
            answers[^1] = Scans.Drifted(measured, DriftRule.Default);
            return answers;
        }))];
        Scans.Row("**ours**, Wasserstein named", counts.Select(c => Scans.Share(c[^1], scans)));
        for (var k = 0; k < others.Length; k++)
            Scans.Row(others[k].Name, counts.Select(c => Scans.Share(c[k], scans)));
    }

    private static bool[] OneScan(long stream, int size, int features)
    {
        var random = new StudyRandom(stream);
        var measured = OnRanks.Select(_ => new FeatureMeasurement[features]).ToArray();
        for (var f = 0; f < features; f++)
        {
            var (reference, current) = CleanPair.Of(ref random, Scans.ReferenceSize, size);
            for (var k = 0; k < OnRanks.Length; k++)
                measured[k][f] = Measure.Feature($"f{f}", null, reference, current, OnRanks[k]);
        }
        var bare = DriftRule.Default with { Common = new(DriftMethod.Auto, 0) };
        return [.. measured.Select(m => Scans.Drifted(m, DriftRule.Default)), .. measured.Select(m => Scans.Drifted(m, bare))];
    }

    private static string[] Columns(int[] sizes) => [.. sizes.Select(size => $"{size:N0}")];
}
