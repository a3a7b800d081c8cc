namespace Serverless.Core.Monitoring;

/// <summary>A segment key of a baseline and the slices that are kept of it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Distinct">Its distinct values; 0 for free text, which is no segment.</param>
/// <param name="Values">The commonest of them, at most fifty, each with its rows that are kept: all, or of very large tables a uniform sample.</param>
public sealed record BaselineSegment(string Key, int Distinct, IReadOnlyDictionary<string, long> Values);
