namespace Serverless.Core.Statistics;

/// <summary>How one feature is measured and when its change matters.</summary>
/// <param name="Method">The method; <see cref="DriftMethod.Auto"/> chooses by the reference.</param>
/// <param name="RelevantEffect">A smaller effect is never drift, however significant; null: <see cref="Statistics.RelevantEffect"/> of the method.</param>
public sealed record FeatureRule(DriftMethod Method, double? RelevantEffect);
