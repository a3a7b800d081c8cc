namespace Serverless.Services.Predictions;

/// <summary>What is known of a request beside its tensors.</summary>
public readonly record struct PredictionHeader
{
    /// <summary>The request's id.</summary>
    public required PredictionId Id { get; init; }
    /// <summary>Rows predicted; a request that failed before its rows were known counts as one.</summary>
    public required int Rows { get; init; }
    /// <summary>The version that answered, or was to.</summary>
    public required int Version { get; init; }
    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }
    /// <summary>Which variant answered, as <c>champion</c>; null where there was no route.</summary>
    public string? Variant { get; init; }
    /// <summary>Why that variant.</summary>
    public string? Reason { get; init; }
    /// <summary>A failure's problem type.</summary>
    public string? Problem { get; init; }
    /// <summary>The caller's correlation id.</summary>
    public string? CorrelationId { get; init; }
    /// <summary>The caller's W3C trace context.</summary>
    public string? TraceParent { get; init; }
    /// <summary>The caller's routing key.</summary>
    public string? RoutingKey { get; init; }
    /// <summary>In the model's queue.</summary>
    public TimeSpan Queue { get; init; }
    /// <summary>Computing.</summary>
    public TimeSpan Compute { get; init; }
    /// <summary>From arrival to answer.</summary>
    public TimeSpan Total { get; init; }
    /// <summary>The caller's segments: at most 32 keys a model are kept.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Segments { get; init; }
    /// <summary>The caller's entity keys: at most 16 a model are kept.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Entities { get; init; }
    /// <summary>Each row's segments, where rows have their own.</summary>
    public IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>>? RowSegments { get; init; }
    /// <summary>Each row's entity keys, where rows have their own.</summary>
    public IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>>? RowEntities { get; init; }
}
