using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Inference;

/// <summary>What this instance spends on serving; what a model's owner decides is in its policy.</summary>
public sealed class InferenceOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Inference";

    /// <summary>Memory for loaded sessions, as estimated from their files; the session that was used longest ago goes first.</summary>
    [Range(1L << 20, long.MaxValue)]
    public long SessionMemoryBytes { get; set; } = 1L << 30;

    /// <summary>Estimated memory of a session for each byte of its file.</summary>
    [Range(1.0, 100.0)]
    public double SessionMemoryFactor { get; set; } = 2.5;

    /// <summary>How long a session that failed to load is not tried again; doubled at each failure up to a minute.</summary>
    public TimeSpan LoadRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Rows that one request may hold, in every protocol.</summary>
    [Range(1, Predictions.PredictionId.MaximumRows)]
    public int MaxRows { get; set; } = 1_000_000;

    /// <summary>A run that is expected to take longer leaves the connection's thread, so that its time-out is answered on time.</summary>
    public TimeSpan InlineRun { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Answered requests that may wait for the versions that follow them; further ones are followed by none.</summary>
    [Range(1, 1 << 20)]
    public int ShadowRequests { get; set; } = 256;

    /// <summary>The memory that they may hold.</summary>
    [Range(0, long.MaxValue)]
    public long ShadowBytes { get; set; } = 64L << 20;

    /// <summary>Threads on which shadows run, below the priority of requests.</summary>
    [Range(1, 64)]
    public int ShadowThreads { get; set; } = 1;

    /// <summary>How long a shadow waits for callers to have their answers before it runs beside them, at most; nothing: it never waits. It does not wait either once half of the queue is full.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan ShadowCourtesy { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>So many requests in flight leave a shadow room to run beside them: by default one less than half of the processors.</summary>
    [Range(0, 1 << 16)]
    public int ShadowBeside { get; set; } = Math.Max(0, (Environment.ProcessorCount / 2) - 1);

    /// <summary>Whether a request's invocation stays open until its shadows have run, its caller answered long before: where the platform freezes an instance that runs none.</summary>
    public bool ShadowHoldsInvocation { get; set; }

    /// <summary>How long it stays open at most.</summary>
    public TimeSpan ShadowPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Responses from this size on are compressed for clients that accept it.</summary>
    [Range(0, int.MaxValue)]
    public int CompressFromBytes { get; set; } = 1024;
}

/// <summary>Checks the ranges at start.</summary>
[OptionsValidator]
public sealed partial class InferenceOptionsValidator : IValidateOptions<InferenceOptions>;
