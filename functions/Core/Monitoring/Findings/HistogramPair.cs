namespace Serverless.Core.Monitoring;

/// <summary>Reference and window counted in the same bins: between edges, or by label.</summary>
/// <param name="Edges">n + 1 ascending bounds of n bins; empty for labels.</param>
/// <param name="Labels">n labels; empty for numbers.</param>
/// <param name="Reference">n counts.</param>
/// <param name="Current">n counts.</param>
public sealed record HistogramPair(IReadOnlyList<double> Edges, IReadOnlyList<string> Labels, IReadOnlyList<double> Reference, IReadOnlyList<double> Current);
