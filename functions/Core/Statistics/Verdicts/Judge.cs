using System.Globalization;

namespace Serverless.Core.Statistics;

/// <summary>From measurements to verdicts. Drift needs significance, corrected over all features and segments, and a relevant effect.</summary>
/// <remarks>
/// While nothing has drifted, Benjamini–Hochberg (independent or positively dependent features) keeps the chance that any alarms at the rule's rate.
/// Where the sizes are so large that every significant effect could still be irrelevant, the effect decides, and clean scans alarm more rarely still.
/// </remarks>
public static class Judge
{
    /// <summary>Judges all features and segments of one scan together.</summary>
    /// <exception cref="ArgumentException">The false-alarm rate is no probability.</exception>
    public static DataSetDrift Scan(IReadOnlyList<FeatureMeasurement> measurements, DriftRule rule)
    {
        Require.Within(rule.FalseAlarmRate, 0, 1, nameof(rule));
        var tested = measurements.Where(m => CanJudge(m, rule)).ToArray();
        var adjusted = MultipleTesting.Adjust([.. tested.Select(m => m.Test!.Value.PValue)], rule.Correction);
        var next = 0;
        FeatureDrift[] features = [.. measurements.Select(m => CanJudge(m, rule) ? Decide(m, adjusted[next++], rule) : Refuse(m, rule))];
        return new(Overall(features), Summary(features), features);
    }

    private static bool CanJudge(FeatureMeasurement m, DriftRule rule) =>
        m is { NotComparable: null, Test: { } test } && Math.Min(test.ReferenceSize, test.CurrentSize) >= rule.MinimumSize;

    private static FeatureDrift Refuse(FeatureMeasurement m, DriftRule rule) => m.NotComparable is { } why
        ? new(m, DriftVerdict.NotComparable, null, why)
        : new(m, DriftVerdict.NotEnoughData, null, m.Test is { } test
            ? Words($"{test.CurrentSize} values against {test.ReferenceSize}; {rule.MinimumSize} are needed on both sides.")
            : Words($"A side has no value; {rule.MinimumSize} are needed on both."));

    private static FeatureDrift Decide(FeatureMeasurement m, double adjusted, DriftRule rule)
    {
        double effect = m.Test!.Value.Effect, limit = rule.LimitOf(m);
        bool significant = adjusted <= rule.FalseAlarmRate, relevant = effect >= limit;
        var opening = (significant, relevant) switch
        {
            (true, true) => "Changed beyond chance and enough to matter: ",
            (true, false) => "Changed beyond chance, but too little to matter: ",
            (false, _) => "No change that chance does not explain: ",
        };
        var figures = Words($"{m.Method}, corrected p = {adjusted:G3} (limit {rule.FalseAlarmRate}), effect {effect:G3} (limit {limit}).");
        return new(m, significant && relevant ? DriftVerdict.Drifted : DriftVerdict.Stable, adjusted, opening + figures);
    }

    private static DriftVerdict Overall(FeatureDrift[] features)
    {
        DriftVerdict[] order = [DriftVerdict.Drifted, DriftVerdict.Stable, DriftVerdict.NotComparable];
        foreach (var verdict in order)
            if (features.Any(f => f.Verdict == verdict))
                return verdict;
        return DriftVerdict.NotEnoughData;
    }

    private static string Summary(FeatureDrift[] features)
    {
        int Count(DriftVerdict verdict) => features.Count(f => f.Verdict == verdict);
        var drifted = features.Where(f => f.Verdict == DriftVerdict.Drifted)
            .Select(f => f.Measurement.Segment is { } segment ? $"{f.Measurement.Feature} in {segment}" : f.Measurement.Feature).ToArray();
        return Words($"Of {features.Length} measurements {drifted.Length} drifted{(drifted.Length > 0 ? $" ({string.Join(", ", drifted)})" : "")}, ")
            + Words($"{Count(DriftVerdict.Stable)} are stable, {Count(DriftVerdict.NotEnoughData)} lack data, {Count(DriftVerdict.NotComparable)} cannot be compared.");
    }

    private static string Words(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
