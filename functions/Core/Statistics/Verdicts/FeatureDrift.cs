namespace Serverless.Core.Statistics;

/// <summary>A feature's verdict with its reason in words.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Verdict">One of four.</param>
/// <param name="AdjustedPValue">The p-value after correction; null without a test.</param>
/// <param name="Reason">Why, with the figures.</param>
public sealed record FeatureDrift(string Feature, DriftVerdict Verdict, double? AdjustedPValue, string Reason);
