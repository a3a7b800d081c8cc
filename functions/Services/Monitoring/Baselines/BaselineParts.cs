using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Baselines;

/// <summary>A baseline and what stands beside its document.</summary>
/// <param name="Baseline">The document.</param>
/// <param name="Columns">Its columns' values, in its order.</param>
/// <param name="Segments">Their slices; null where there is no segment.</param>
internal sealed record BaselineParts(Baseline Baseline, IReadOnlyList<byte[]> Columns, byte[]? Segments);
