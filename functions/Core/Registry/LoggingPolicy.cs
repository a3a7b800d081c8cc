namespace Serverless.Core.Registry;

/// <summary>What is kept of a model's predictions, how surely, and for how long.</summary>
public sealed record LoggingPolicy
{
    /// <summary>When a response may be sent.</summary>
    public LoggingMode Mode { get; init; } = LoggingMode.Buffered;

    /// <summary>The share of requests that is kept, 0 to 1. Which ones is decided by the id alone, so every instance decides alike.</summary>
    public double SampleShare { get; init; } = 1;

    /// <summary>What happens when the log's memory is full.</summary>
    public LogPressure Pressure { get; init; } = LogPressure.DropRows;

    /// <summary>How long an accepted row may wait before it is sent to storage: the bound, in time, of what a crash loses.</summary>
    public TimeSpan FlushAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many rows may wait before they are sent to storage: the bound, in rows, of what one block loses.</summary>
    public int FlushRows { get; init; } = 16_384;

    /// <summary>Days after which predictions are deleted; null keeps them.</summary>
    public int? RetentionDays { get; init; } = 90;

    /// <summary>Days after which files move to the cold tier; null leaves them.</summary>
    public int? ColdAfterDays { get; init; } = 30;

    /// <summary>The most bytes that one row of a list-valued tensor keeps; a larger one is kept as its SHA-256.</summary>
    public int LargeTensorBytes { get; init; } = 4096;

    /// <summary>What becomes of the bytes of such a tensor.</summary>
    public LargeTensors LargeTensors { get; init; } = LargeTensors.Hash;

    /// <summary>Rules by column: a feature's name, or <c>segment_</c> or <c>entity_</c> and the key. What has no rule is kept.</summary>
    public IReadOnlyDictionary<string, FeatureRule> Features { get; init; } = System.Collections.Frozen.FrozenDictionary<string, FeatureRule>.Empty;
}

/// <summary>When a response may be sent.</summary>
public enum LoggingMode
{
    /// <summary>At once; a crash loses at most what the flush bounds allow.</summary>
    Buffered,
    /// <summary>Once its rows are durable.</summary>
    Acknowledged,
    /// <summary>Nothing is kept.</summary>
    Off,
}

/// <summary>What happens when the log's memory is full, as when storage has been away for long.</summary>
public enum LogPressure
{
    /// <summary>Requests are answered, their rows are dropped and counted.</summary>
    DropRows,
    /// <summary>Requests are refused with 503 until there is room.</summary>
    RejectRequests,
}

/// <summary>What becomes of the bytes of a tensor that is too large for its row.</summary>
public enum LargeTensors
{
    /// <summary>They are gone; the row has their SHA-256.</summary>
    Hash,
    /// <summary>They are a blob of their own, which the row's SHA-256 names.</summary>
    Blob,
}

/// <summary>How one feature is kept.</summary>
/// <param name="Kind">The treatment.</param>
/// <param name="Width">The bucket's width, for <see cref="FeatureRuleKind.Bucket"/>.</param>
public sealed record FeatureRule(FeatureRuleKind Kind, double Width = 1);

/// <summary>How a feature may be kept.</summary>
public enum FeatureRuleKind
{
    /// <summary>As it came.</summary>
    Keep,
    /// <summary>Not at all.</summary>
    Drop,
    /// <summary>As a keyed hash: equal values stay equal, nobody without the key can tell which.</summary>
    Hash,
    /// <summary>As its bucket's lower edge.</summary>
    Bucket,
}
