using Serverless.Core.Monitoring;
using Serverless.Core.Rollout;

namespace Serverless.Core.Registry;

/// <summary>What a model's owner decides: one versioned document, every part with a default that serves. An empty document is valid.</summary>
/// <param name="Registration">What becomes of new versions.</param>
/// <param name="Serving">How requests are answered.</param>
public sealed record ModelPolicy(RegistrationPolicy Registration, ServingPolicy Serving)
{
    /// <summary>What is kept of predictions.</summary>
    public LoggingPolicy Logging { get; init; } = new();

    /// <summary>What is watched.</summary>
    public MonitoringPolicy Monitoring { get; init; } = new();

    /// <summary>How versions become champion.</summary>
    public RolloutPolicy Rollout { get; init; } = new();

    /// <summary>What an empty document means.</summary>
    public static ModelPolicy Default { get; } = new(new(), new());
}

/// <summary>What becomes of new versions.</summary>
/// <param name="FirstVersion">Whether a model's first version becomes its champion at once.</param>
public sealed record RegistrationPolicy(FirstVersion FirstVersion = FirstVersion.Champion);

/// <summary>What a model's first version becomes.</summary>
public enum FirstVersion
{
    /// <summary>The champion, at registration.</summary>
    Champion,
    /// <summary>A version like any other: an alias makes it the champion.</summary>
    Candidate,
}

/// <summary>How requests to a model are answered.</summary>
public sealed record ServingPolicy
{
    /// <summary>What a missing or null feature in a row means.</summary>
    public MissingFeature Missing { get; init; } = MissingFeature.Reject;

    /// <summary>The longest a request may take in the model's queue and computation together; then 504.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that compute at once in one instance.</summary>
    public int MaxConcurrency { get; init; } = 32;

    /// <summary>Requests that may wait for their turn in one instance; beyond it 429 with <c>Retry-After</c>.</summary>
    public int MaxQueue { get; init; } = 512;

    /// <summary>The largest body taken, in bytes; beyond it 413.</summary>
    public long MaxBodyBytes { get; init; } = 16L << 20;

    /// <summary>ONNX Runtime's options for this model's sessions.</summary>
    public RuntimePolicy Runtime { get; init; } = new();

    /// <summary>Micro-batching; null (the default) answers each request on its own.</summary>
    public BatchingPolicy? Batching { get; init; }
}

/// <summary>What a missing or null feature in a row means.</summary>
public enum MissingFeature
{
    /// <summary>The request is refused and told which feature of which row it was.</summary>
    Reject,
    /// <summary>NaN for floating-point inputs, the empty string for text; where neither serves the request is refused.</summary>
    ImputeNull,
}

/// <summary>ONNX Runtime's options for a model's sessions.</summary>
public sealed record RuntimePolicy
{
    /// <summary>Threads inside one operator; 0 lets ONNX Runtime take every core.</summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Threads across operators; above 1 the graph runs in parallel mode.</summary>
    public int InterOpThreads { get; init; } = 1;

    /// <summary>Whether the CPU arena allocator keeps memory between runs.</summary>
    public bool Arena { get; init; } = true;

    /// <summary>How far ONNX Runtime rewrites the graph at load.</summary>
    public GraphOptimization GraphOptimization { get; init; } = GraphOptimization.All;
}

/// <summary>ONNX Runtime's graph optimisation levels.</summary>
public enum GraphOptimization
{
    /// <summary>As registered.</summary>
    None,
    /// <summary>Redundant nodes removed, constants folded.</summary>
    Basic,
    /// <summary>And nodes fused.</summary>
    Extended,
    /// <summary>And memory layout changed.</summary>
    All,
}

/// <summary>Requests that arrive together run as one batch.</summary>
/// <param name="MaxRows">Rows of one batch, at most.</param>
/// <param name="MaxDelay">How long the first row waits for others, at most.</param>
public sealed record BatchingPolicy(int MaxRows, TimeSpan MaxDelay);
