namespace Serverless.Core.Statistics;

/// <summary>A feature's measured change, before any verdict.</summary>
/// <param name="Feature">Its name, with its segment if there is one.</param>
/// <param name="Test">The test's result; null when the sides are not comparable or a side is empty.</param>
/// <param name="NotComparable">Why the sides cannot be compared, or null.</param>
public sealed record FeatureMeasurement(string Feature, TestResult? Test, string? NotComparable);
