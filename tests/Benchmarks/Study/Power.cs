using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Study;

/// <summary>How often a change of one feature in thirty is found, and a change that does not matter raises an alarm.</summary>
internal static class Power
{
    private const int CleanFeatures = 29;

    private static readonly DriftRule Rule = DriftRule.Default;

    private static readonly (string Name, Change Change)[] Numbers =
    [
        ("mean + 0.05 sd", new(0.05, 1, 0)), ("mean + 0.1 sd", new(0.1, 1, 0)), ("mean + 0.15 sd", new(0.15, 1, 0)),
        ("mean + 0.25 sd", new(0.25, 1, 0)), ("mean + 0.5 sd", new(0.5, 1, 0)),
        ("sd × 1.1", new(0, 1.1, 0)), ("sd × 1.25", new(0, 1.25, 0)), ("sd × 1.5", new(0, 1.5, 0)),
        ("2 % of rows four times as far out", new(0, 1, 0.02)), ("10 % of rows four times as far out", new(0, 1, 0.1)),
    ];

    public static void OfNumbers(int scans, int size)
    {
        var normals = new NormalColumns(Scans.ReferenceSize);
        var others = OtherRules.Numbers;
        Scans.Head($"Found in {scans} scans, {size:N0} rows, the change in one of 30 features, per cent", "change",
            ["**ours** (Auto)", "ours, Wasserstein named", "ours, Auto against “at most relevant”", .. others.Select(o => o.Name)]);
        var clean = CleanPValues(scans, size);
        foreach (var (name, change) in Numbers)
        {
            var counts = Scans.Count(scans, size + (long)(change.Shift * 10_000 + change.Scale * 100_000 + change.Outliers * 700), others.Length + 3, stream =>
            {
                var random = new StudyRandom(stream);
                FeatureColumn reference = normals.Reference(ref random), current = NormalColumns.Sample(ref random, size, change);
                var rest = clean[random.Below(clean.Length)];
                return [
                    Found(rest, Measure.Feature("x", null, reference, current, DriftMethod.Auto)),
                    Found(rest, Measure.Feature("x", null, reference, current, DriftMethod.Wasserstein)),
                    Found(rest, AgainstAtMostRelevant(reference, current)),
                    .. others.Select(other => other.Alarms(reference, current))];
            });
            Scans.Row(name, counts.Select(count => Scans.Share(count, scans)));
        }
    }

    public static void OfLabels(int scans, int size)
    {
        var others = OtherRules.Labels;
        Scans.Head($"Found in {scans} scans, {size:N0} rows, the change in one of 30 features of eight labels, per cent", "change",
            ["**ours** (Auto)", .. others.Select(o => o.Name)]);
        var clean = CleanPValues(scans, size);
        foreach (var moved in new[] { 0.02, 0.05, 0.1, 0.2 })
        {
            var counts = Scans.Count(scans, size + (long)(moved * 1000), others.Length + 1, stream =>
            {
                var random = new StudyRandom(stream);
                FeatureColumn reference = CleanPair.Labels(ref random, Scans.ReferenceSize, 0), current = CleanPair.Labels(ref random, size, moved);
                return [Found(clean[random.Below(clean.Length)], Measure.Feature("x", null, reference, current, DriftMethod.Auto)),
                    .. others.Select(other => other.Alarms(reference, current))];
            });
            Scans.Row($"{100 * moved:0} % of rows from one label to another", counts.Select(count => Scans.Share(count, scans)));
        }
    }

    public static void OfTheIrrelevant(int scans, int[] sizes)
    {
        var normals = new NormalColumns(Scans.ReferenceSize);
        Scans.Head("Alarms on a shift of the only feature by 0.02 sd, per cent", "rows (scans)", ["**ours** (Auto)", "ours, Wasserstein named", "KS, p ≤ 0.01", "KS, p ≤ 0.05"]);
        foreach (var size in sizes)
        {
            var fewer = size < 1_000_000 ? scans : Math.Min(scans, 500);
            var counts = Scans.Count(fewer, size + 77, 4, stream =>
            {
                var random = new StudyRandom(stream);
                FeatureColumn reference = normals.Reference(ref random), current = NormalColumns.Sample(ref random, size, new(0.02, 1, 0));
                var measured = Measure.Feature("x", null, reference, current, DriftMethod.Auto);
                return [Scans.Drifted([measured], Rule), Scans.Drifted([Measure.Feature("x", null, reference, current, DriftMethod.Wasserstein)], Rule),
                    measured.Test!.Value.PValue <= 0.01, measured.Test.Value.PValue <= 0.05];
            });
            Scans.Row($"{size:N0} ({fewer})", counts.Select(count => Scans.Share(count, fewer)));
        }
    }

    /// <summary>P(D̂ − D ≥ x) is at most the law's P(D ≥ x), by the triangle inequality: a test of the hypothesis that D is at most relevant.</summary>
    private static FeatureMeasurement AgainstAtMostRelevant(FeatureColumn reference, FeatureColumn current)
    {
        double gap = OtherRules.Gap(reference, current), limit = RelevantEffect.Of(DriftMethod.KolmogorovSmirnov);
        var p = KolmogorovSmirnov.AsymptoticPValue(Math.Max(0, gap - limit), (int)reference.Size, (int)current.Size);
        return new("x", null, DriftMethod.KolmogorovSmirnov, new(gap, p, reference.Size, current.Size, TestMethod.Asymptotic, gap), null);
    }

    private static bool Found(FeatureMeasurement[] rest, FeatureMeasurement changed) =>
        Judge.Scan([changed, .. rest], Rule).Features[0].Verdict == DriftVerdict.Drifted;

    /// <summary>The clean features beside the changed one: Kolmogorov–Smirnov on ranks; at most 200 sets, drawn once.</summary>
    private static FeatureMeasurement[][] CleanPValues(int scans, int size) =>
        [.. ParallelEnumerable.Range(0, Math.Min(scans, 200)).AsOrdered().Select(set => Enumerable.Range(0, CleanFeatures).Select(f =>
        {
            var random = new StudyRandom(1_000_000_000L + (long)size * 1000 * CleanFeatures + set * CleanFeatures + f);
            var (reference, current) = CleanPair.Of(ref random, Scans.ReferenceSize, size);
            return Measure.Feature($"f{f}", null, reference, current, DriftMethod.Auto);
        }).ToArray())];
}
