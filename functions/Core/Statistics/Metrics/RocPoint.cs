namespace Serverless.Core.Statistics;

/// <summary>A corner of the ROC curve. The first, where nothing is selected, has no threshold.</summary>
public readonly record struct RocPoint(double FalsePositiveRate, double TruePositiveRate, double? Threshold);
