namespace Serverless.Core.Statistics;

/// <summary>When a change is drift.</summary>
/// <param name="FalseAlarmRate">At most this share of clean scans alarms, over all features together.</param>
/// <param name="RelevantEffect">A smaller effect is never drift, however significant.</param>
/// <param name="MinimumSize">Fewer values on either side give no verdict.</param>
/// <param name="Correction">How p-values are corrected for the number of features.</param>
public sealed record DriftRule(double FalseAlarmRate, double RelevantEffect, int MinimumSize, Correction Correction)
{
    /// <summary>1 % of clean scans; an effect of 0.05 (Kolmogorov–Smirnov's D; a shift of about 1/8 standard deviation); 30 values; Benjamini–Hochberg.</summary>
    public static DriftRule Default { get; } = new(0.01, 0.05, 30, Correction.BenjaminiHochberg);
}
