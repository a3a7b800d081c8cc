namespace Serverless.Core.Monitoring;

/// <summary>Quantiles of reference and window, for what moved where.</summary>
/// <param name="Levels">Between 0 and 1, ascending.</param>
/// <param name="Reference">At these levels.</param>
/// <param name="Current">At these levels.</param>
public sealed record QuantilePair(IReadOnlyList<double> Levels, IReadOnlyList<double> Reference, IReadOnlyList<double> Current);
