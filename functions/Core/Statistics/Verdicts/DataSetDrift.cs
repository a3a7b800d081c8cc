namespace Serverless.Core.Statistics;

/// <summary>A scan's verdict: drifted when a feature is, otherwise stable when one is, otherwise why there is none.</summary>
public sealed record DataSetDrift(DriftVerdict Verdict, IReadOnlyList<FeatureDrift> Features);
