using Microsoft.Extensions.Logging;

namespace Serverless.Services.Inference;

// Event ids: inference 1000-1099.
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Loaded {Artifact} in {Milliseconds} ms, {Megabytes} MiB of {Budget} MiB in use")]
    public static partial void SessionLoaded(this ILogger logger, string artifact, long milliseconds, long megabytes, long budget);

    [LoggerMessage(1001, LogLevel.Error, "Loading {Artifact} failed; next attempt in {Seconds} s at the earliest")]
    public static partial void SessionFailed(this ILogger logger, Exception error, string artifact, double seconds);

    [LoggerMessage(1002, LogLevel.Warning, "The warm-up run of {Artifact} failed; it serves nevertheless")]
    public static partial void WarmUpFailed(this ILogger logger, Exception error, string artifact);

    [LoggerMessage(1003, LogLevel.Information, "Evicted {Artifact}: the session budget of {Budget} MiB was short")]
    public static partial void SessionEvicted(this ILogger logger, string artifact, long budget);

    [LoggerMessage(1004, LogLevel.Information, "{Model}: version {Old} goes on answering while version {New} loads")]
    public static partial void SwapStarted(this ILogger logger, string model, int old, int @new);

    [LoggerMessage(1005, LogLevel.Warning, "{Model} version {Version} failed on a request: {Reason}")]
    public static partial void RunFailed(this ILogger logger, string model, int version, string reason);

    [LoggerMessage(1006, LogLevel.Warning, "{Model} version {Version} ran out of its {Seconds} s")]
    public static partial void RunTimedOut(this ILogger logger, string model, int version, double seconds);

    [LoggerMessage(1007, LogLevel.Error, "A shadow of {Model} could not be run or logged")]
    public static partial void ShadowFailed(this ILogger logger, Exception error, string model);

    [LoggerMessage(1008, LogLevel.Warning, "How requests went could not be stored; it is tried again in a minute")]
    public static partial void RequestsNotStored(this ILogger logger, Exception error);

    [LoggerMessage(1009, LogLevel.Error, "{Model}: storage did not take the counts of {Count} requests for hours; service levels do not know of them")]
    public static partial void RequestsNotCounted(this ILogger logger, Core.Registry.ModelName model, long count);
}
