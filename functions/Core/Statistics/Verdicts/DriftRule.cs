namespace Serverless.Core.Statistics;

/// <summary>When a change is drift.</summary>
/// <param name="FalseAlarmRate">At most this share of clean scans alarms, over all features and segments together.</param>
/// <param name="MinimumSize">Fewer values on either side give no verdict.</param>
/// <param name="Correction">How p-values are corrected for the number of features and segments.</param>
/// <param name="Common">The rule of every feature that has none of its own.</param>
/// <param name="Features">The rules of single features.</param>
public sealed record DriftRule(
    double FalseAlarmRate, int MinimumSize, Correction Correction, FeatureRule Common, IReadOnlyDictionary<string, FeatureRule> Features)
{
    /// <summary>1 % of clean scans; 30 values; Benjamini–Hochberg; every feature by its type.</summary>
    public static DriftRule Default { get; } =
        new(0.01, 30, Correction.BenjaminiHochberg, new(DriftMethod.Auto, null), new Dictionary<string, FeatureRule>());

    /// <summary>The rule of a feature.</summary>
    public FeatureRule For(string feature) => Features.GetValueOrDefault(feature, Common);

    /// <summary>The effect from which on the measured change matters.</summary>
    public double LimitOf(FeatureMeasurement measurement) => For(measurement.Feature).RelevantEffect ?? RelevantEffect.Of(measurement.Method);
}
