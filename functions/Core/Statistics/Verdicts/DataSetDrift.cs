namespace Serverless.Core.Statistics;

/// <summary>A scan's verdict: drifted when a feature is, otherwise stable when one is, otherwise why there is none.</summary>
/// <param name="Verdict">One of four.</param>
/// <param name="Reason">How many features and segments got which verdict, and the names of those that drifted.</param>
/// <param name="Features">One verdict for each measurement, in their order.</param>
public sealed record DataSetDrift(DriftVerdict Verdict, string Reason, IReadOnlyList<FeatureDrift> Features);
