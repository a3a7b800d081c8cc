namespace Serverless.Services.Predictions;

/// <summary>The columns that every prediction has, and the prefixes of those that its model and its caller bring.</summary>
public static class LogColumns
{
    /// <summary>The row's id.</summary>
    public const string Id = "id";
    /// <summary>When the request came: the id's own time.</summary>
    public const string Time = "time";
    /// <summary>The version that answered.</summary>
    public const string Version = "version";
    /// <summary>The route: which variant answered.</summary>
    public const string Variant = "variant";
    /// <summary>Why that variant.</summary>
    public const string Reason = "reason";
    /// <summary>The HTTP status.</summary>
    public const string Status = "status";
    /// <summary>A failure's problem type.</summary>
    public const string Problem = "problem";
    /// <summary>The caller's correlation id.</summary>
    public const string CorrelationId = "correlation_id";
    /// <summary>The caller's W3C trace context.</summary>
    public const string TraceParent = "traceparent";
    /// <summary>The caller's routing key.</summary>
    public const string RoutingKey = "routing_key";
    /// <summary>Microseconds in the model's queue.</summary>
    public const string Queue = "queue_us";
    /// <summary>Microseconds of computation.</summary>
    public const string Compute = "compute_us";
    /// <summary>Microseconds from the request's arrival to its answer.</summary>
    public const string Total = "total_us";

    /// <summary>Before a segment's key.</summary>
    public const string Segment = "segment_";
    /// <summary>Before an entity's key.</summary>
    public const string Entity = "entity_";
    /// <summary>Before an input's or feature's name.</summary>
    public const string Input = "input_";
    /// <summary>Before an output's name.</summary>
    public const string Output = "output_";
    /// <summary>After the name of a tensor that was too large to keep.</summary>
    public const string Hash = "_sha256";

    /// <summary>The fixed columns as they are stored; <see cref="Time"/> is not, the id tells it.</summary>
    internal static IReadOnlyList<LogColumn> Fixed { get; } =
    [
        new(Id, LogType.Id), new(Version, LogType.Int32), new(Status, LogType.Int32),
        new(Queue, LogType.Int32), new(Compute, LogType.Int32), new(Total, LogType.Int32),
        new(Variant, LogType.Text), new(Reason, LogType.Text), new(Problem, LogType.Text),
        new(CorrelationId, LogType.Text), new(TraceParent, LogType.Text), new(RoutingKey, LogType.Text),
    ];
}
