namespace Serverless.Core.Statistics;

/// <summary>A feature's verdict with its reason in words.</summary>
/// <param name="Measurement">What was measured.</param>
/// <param name="Verdict">One of four.</param>
/// <param name="AdjustedPValue">The p-value after correction over the whole scan; null without a test.</param>
/// <param name="Reason">Why, with the figures.</param>
public sealed record FeatureDrift(FeatureMeasurement Measurement, DriftVerdict Verdict, double? AdjustedPValue, string Reason);
