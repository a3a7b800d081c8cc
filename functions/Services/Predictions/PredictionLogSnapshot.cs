namespace Serverless.Services.Predictions;

/// <summary>What this instance's log has done, for the health document and for metrics.</summary>
/// <param name="Accepted">Rows that requests handed over.</param>
/// <param name="Flushed">Rows that are durable.</param>
/// <param name="Dropped">Rows that were accepted or offered and lost, by reason.</param>
/// <param name="Sampled">Requests that the policy's sample left out.</param>
/// <param name="Pending">Rows on their way.</param>
/// <param name="PendingBytes">The memory that they take.</param>
/// <param name="Lag">From acceptance to durable, of the block that was stored last.</param>
/// <param name="Appends">Storage transactions for blocks.</param>
/// <param name="Files">Blobs begun.</param>
/// <param name="Bytes">Bytes appended.</param>
/// <param name="Compacted">Rows that this instance compacted.</param>
/// <param name="CompactedBytes">Bytes of the Parquet that it made of them.</param>
/// <param name="DebtBytes">Fresh bytes of closed hours that the last compaction run of each model left.</param>
public sealed record PredictionLogSnapshot(
    long Accepted, long Flushed, IReadOnlyDictionary<DropReason, long> Dropped, long Sampled, long Pending, long PendingBytes,
    TimeSpan Lag, long Appends, long Files, long Bytes, long Compacted, long CompactedBytes, long DebtBytes);

/// <summary>Why rows were not kept.</summary>
public enum DropReason
{
    /// <summary>Memory was full and the policy says drop.</summary>
    Pressure,
    /// <summary>The process stopped before storage took them.</summary>
    Shutdown,
    /// <summary>They could not be written as columns, or storage refused the block for good.</summary>
    Unencodable,
    /// <summary>A process of this machine was killed before it had stored them; told after the restart.</summary>
    Killed,
}
