using System.Globalization;

namespace Serverless.Core.Statistics;

/// <summary>From measurements to verdicts. Drift needs significance, corrected over all features, and a relevant effect.</summary>
/// <remarks>
/// While no feature has drifted, Benjamini–Hochberg (independent or positively dependent features) keeps the chance that any alarms at the rule's rate;
/// the demand for a relevant effect only lowers it, and at large sizes to about zero. The rate is a bound that holds at every size.
/// </remarks>
public static class Judge
{
    /// <summary>Judges all features and segments of one scan together.</summary>
    public static DataSetDrift Scan(IReadOnlyList<FeatureMeasurement> measurements, DriftRule rule)
    {
        var tested = measurements.Where(m => CanJudge(m, rule)).ToArray();
        var adjusted = MultipleTesting.Adjust([.. tested.Select(m => m.Test!.Value.PValue)], rule.Correction);
        var next = 0;
        FeatureDrift[] features = [.. measurements.Select(m => CanJudge(m, rule) ? Decide(m, adjusted[next++], rule) : Refuse(m, rule))];
        return new(Overall(features), features);
    }

    private static bool CanJudge(FeatureMeasurement m, DriftRule rule) =>
        m is { NotComparable: null, Test: { } test } && Math.Min(test.ReferenceSize, test.CurrentSize) >= rule.MinimumSize;

    private static FeatureDrift Refuse(FeatureMeasurement m, DriftRule rule) => m.NotComparable is { } why
        ? new(m.Feature, DriftVerdict.NotComparable, null, why)
        : new(m.Feature, DriftVerdict.NotEnoughData, null, Words(
            $"{m.Test?.CurrentSize ?? 0} values against {m.Test?.ReferenceSize ?? 0}; {rule.MinimumSize} are needed on both sides."));

    private static FeatureDrift Decide(FeatureMeasurement m, double adjusted, DriftRule rule)
    {
        var effect = m.Test!.Value.Effect;
        bool significant = adjusted <= rule.FalseAlarmRate, relevant = effect >= rule.RelevantEffect;
        var figures = Words($"corrected p = {adjusted:G3} (limit {rule.FalseAlarmRate}), effect {effect:G3} (limit {rule.RelevantEffect})");
        var reason = (significant, relevant) switch
        {
            (true, true) => "Changed beyond chance and enough to matter: ",
            (true, false) => "Changed beyond chance, but too little to matter: ",
            (false, _) => "No change that chance does not explain: ",
        };
        return new(m.Feature, significant && relevant ? DriftVerdict.Drifted : DriftVerdict.Stable, adjusted, reason + figures + ".");
    }

    private static DriftVerdict Overall(FeatureDrift[] features)
    {
        DriftVerdict[] order = [DriftVerdict.Drifted, DriftVerdict.Stable, DriftVerdict.NotComparable];
        foreach (var verdict in order)
            if (features.Any(f => f.Verdict == verdict))
                return verdict;
        return DriftVerdict.NotEnoughData;
    }

    private static string Words(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
