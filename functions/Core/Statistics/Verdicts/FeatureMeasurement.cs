namespace Serverless.Core.Statistics;

/// <summary>A feature's measured change, before any verdict.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Segment">The part of the rows it was measured on, or null for all.</param>
/// <param name="Method">How it was measured.</param>
/// <param name="Test">The test's result; null when the sides are not comparable or a side is empty.</param>
/// <param name="NotComparable">Why the sides cannot be compared, or null.</param>
public sealed record FeatureMeasurement(string Feature, string? Segment, DriftMethod Method, TestResult? Test, string? NotComparable);
